using Tracer.Bpf;
using Tracer.Core.Aggregations;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Compiles what <see cref="Cells.Add"/> does. Another task may run in the middle of a program, and another CPU may use the same cells: every change is atomic.
/// R8 is the row's cells, R9 the value; R0 to R5 and R9 are lost.
/// </summary>
internal sealed class CellCompiler(BpfAssembler code, IProgramMaps maps)
{
    // Another task has to change the cell between a read and the exchange each time for all of them to fail.
    private const int ExchangeAttempts = 8;

    /// <summary>Takes R9 into the cells at R8; jumps to <paramref name="failed"/> when that could not be done.</summary>
    public void Add(Aggregation aggregation, BpfLabel failed)
    {
        switch (aggregation.Function)
        {
            case AggregationFunction.Count:
                code.Move(R1, 1);
                AddTo(0);
                break;
            case AggregationFunction.Sum or AggregationFunction.Average:
                CountAndSum();
                break;
            case AggregationFunction.Minimum or AggregationFunction.Maximum:
                Rank(aggregation);
                RaiseTo(failed);
                code.Move(R1, 1);
                AddTo(0);
                break;
            case AggregationFunction.StandardDeviation:
                CountAndSum();
                AddSquare(aggregation.ValueType.Signed);
                break;
            default:
                BucketCompiler.Find(code, aggregation.Buckets);
                CountInBucket(aggregation.Buckets.Count, failed);
                break;
        }
    }

    private void CountAndSum()
    {
        code.Move(R1, 1);
        AddTo(0);
        code.Move(R1, R9);
        AddTo(1);
    }

    private void AddTo(int cell) => code.Atomic(BpfAtomicOperation.Add, BpfSize.Double, R8, (short)(cell * 8), R1);

    /// <summary>R1 = the rank of R9.</summary>
    private void Rank(Aggregation aggregation)
    {
        code.Move(R1, R9);
        if (aggregation.ValueType.Signed)
            code.LoadConstant(R2, long.MinValue).Alu(BpfOperation.Xor, R1, R2);
        if (aggregation.Function == AggregationFunction.Minimum)
            code.Alu(BpfOperation.Xor, R1, -1);
    }

    /// <summary>Cell 1 becomes R1 when that is greater.</summary>
    private void RaiseTo(BpfLabel failed)
    {
        var done = code.NewLabel();
        for (var k = 0; k < ExchangeAttempts; k++)
        {
            code.Load(BpfSize.Double, R0, R8, 8).JumpIf(BpfCondition.GreaterOrEqual, R0, R1, done)
                .Move(R2, R0).Atomic(BpfAtomicOperation.CompareExchange, BpfSize.Double, R8, 8, R1)
                .JumpIf(BpfCondition.Equal, R0, R2, done);
        }

        code.Jump(failed).Bind(done);
    }

    // The square of a 64-bit number from its halves a and b: a*a*2^64 + 2*a*b*2^32 + b*b.
    private void AddSquare(bool signed)
    {
        var positive = code.NewLabel();
        var noCarry = code.NewLabel();
        var noOverflow = code.NewLabel();
        if (signed)
            code.JumpIf(BpfCondition.SignedGreaterOrEqual, R9, 0, positive).Negate(R9).Bind(positive);
        code.Move(R1, R9).Alu(BpfOperation.ShiftRight, R1, 32).Move32(R2, R9)
            .Move(R3, R1).Alu(BpfOperation.Multiply, R3, R1)
            .Alu(BpfOperation.Multiply, R1, R2)
            .Alu(BpfOperation.Multiply, R2, R2)
            .Move(R4, R1).Alu(BpfOperation.ShiftRight, R4, 31).Alu(BpfOperation.Add, R3, R4)
            .Alu(BpfOperation.ShiftLeft, R1, 33).Alu(BpfOperation.Add, R1, R2).JumpIf(BpfCondition.GreaterOrEqual, R1, R2, noCarry)
            .Alu(BpfOperation.Add, R3, 1).Bind(noCarry)
            // R3:R1 is the square; the old low half comes back in R2 and tells whether the sum of the low halves overflowed.
            .Move(R2, R1).Atomic(BpfAtomicOperation.FetchAdd, BpfSize.Double, R8, 16, R2)
            .Alu(BpfOperation.Add, R2, R1).JumpIf(BpfCondition.GreaterOrEqual, R2, R1, noOverflow)
            .Alu(BpfOperation.Add, R3, 1).Bind(noOverflow)
            .Move(R1, R3);
        AddTo(3);
    }

    // The zero from a map makes the index a number that the verifier does not know: it would follow every bucket by itself otherwise.
    private void CountInBucket(int count, BpfLabel never)
    {
        code.LoadMapValue(R2, maps.Zeros, 0).Load(BpfSize.Double, R2, R2, 0).Alu(BpfOperation.Or, R1, R2)
            .JumpIf(BpfCondition.GreaterOrEqual, R1, count, never)
            .Alu(BpfOperation.ShiftLeft, R1, 3).Alu(BpfOperation.Add, R8, R1).Move(R1, 1);
        AddTo(0);
    }
}
