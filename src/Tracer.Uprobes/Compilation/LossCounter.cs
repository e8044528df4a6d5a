using Tracer.Bpf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>Counts in the array of losses.</summary>
internal static class LossCounter
{
    /// <summary>Adds one to the counter whose index is in R1; R0 to R5 are lost.</summary>
    public static void Increment(BpfAssembler code, int losses, StackFrame frame) => Add(code, losses, frame, 1);

    /// <summary>Adds to the counter whose index is in R1; R0 to R5 are lost.</summary>
    public static void Add(BpfAssembler code, int losses, StackFrame frame, int change)
    {
        var mark = frame.Mark;
        var key = frame.Reserve(8);
        var none = code.NewLabel();
        code.Store(BpfSize.Word, R10, key, R1).LoadMap(R1, losses).Move(R2, R10).Alu(BpfOperation.Add, R2, key)
            .Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, none)
            .Move(R1, change).Atomic(BpfAtomicOperation.Add, BpfSize.Double, R0, 0, R1)
            .Bind(none);
        frame.ReleaseTo(mark);
    }
}
