using Tracer.Bpf;
using Tracer.Core.Aggregations;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>Compiles <see cref="Buckets.IndexOf"/>: the value is in R9, the bucket is left in R1; R2 and R3 are lost.</summary>
internal static class BucketCompiler
{
    public static void Find(BpfAssembler code, Buckets buckets)
    {
        switch (buckets)
        {
            case PowerOfTwoBuckets:
                PowerOfTwo(code);
                break;
            case LinearBuckets linear:
                Linear(code, linear);
                break;
            default:
                var done = code.NewLabel();
                Search(code, buckets, 0, buckets.Count - 1, done);
                code.Bind(done);
                break;
        }
    }

    private static void PowerOfTwo(BpfAssembler code)
    {
        var done = code.NewLabel();
        var negative = code.NewLabel();
        var magnitude = code.NewLabel();
        code.Move(R1, PowerOfTwoBuckets.Zero).JumpIf(BpfCondition.Equal, R9, 0, done)
            .Move(R2, R9).JumpIf(BpfCondition.SignedLess, R9, 0, negative)
            .Jump(magnitude)
            // The smallest number is its own negative; as an unsigned number it is 2^63, whose bucket is the first.
            .Bind(negative).Negate(R2)
            .Bind(magnitude).Move(R1, 0);
        for (var shift = 32; shift > 0; shift /= 2)
        {
            var small = code.NewLabel();
            code.LoadConstant(R3, 1L << shift).JumpIf(BpfCondition.Less, R2, R3, small)
                .Alu(BpfOperation.ShiftRight, R2, shift).Alu(BpfOperation.Add, R1, shift).Bind(small);
        }

        var below = code.NewLabel();
        code.JumpIf(BpfCondition.SignedLess, R9, 0, below)
            .Alu(BpfOperation.Add, R1, PowerOfTwoBuckets.Zero + 1).Jump(done)
            .Bind(below).Move(R2, PowerOfTwoBuckets.Zero - 1).Alu(BpfOperation.Subtract, R2, R1).Move(R1, R2)
            .JumpIf(BpfCondition.SignedGreaterOrEqual, R1, 0, done).Move(R1, 0)
            .Bind(done);
    }

    private static void Linear(BpfAssembler code, LinearBuckets buckets)
    {
        var done = code.NewLabel();
        var last = buckets.Count - 1;
        code.Move(R1, 0).LoadConstant(R2, buckets.Low).JumpIf(BpfCondition.SignedLess, R9, R2, done)
            .Move(R1, R9).Alu(BpfOperation.Subtract, R1, R2).LoadConstant(R2, buckets.Step).Alu(BpfOperation.Divide, R1, R2)
            .Alu(BpfOperation.Add, R1, 1).JumpIf(BpfCondition.LessOrEqual, R1, last, done).Move(R1, last)
            .Bind(done);
    }

    /// <summary>A search by halves, written out: the bucket is one of <paramref name="low"/> to <paramref name="high"/>.</summary>
    private static void Search(BpfAssembler code, Buckets buckets, int low, int high, BpfLabel done)
    {
        if (low == high)
        {
            code.Move(R1, low).Jump(done);
            return;
        }

        var middle = (low + high + 1) / 2;
        var lower = code.NewLabel();
        code.LoadConstant(R2, buckets.StartOf(middle)!.Value).JumpIf(BpfCondition.SignedLess, R9, R2, lower);
        Search(code, buckets, middle, high, done);
        code.Bind(lower);
        Search(code, buckets, low, middle - 1, done);
    }
}
