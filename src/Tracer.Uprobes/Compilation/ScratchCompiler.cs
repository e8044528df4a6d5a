using Tracer.Bpf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>Claims a scratch slot (<see cref="ScratchLayout"/>) and gives it back; its address is in R7 meanwhile.</summary>
internal static class ScratchCompiler
{
    /// <summary>Takes a scratch slot and leaves its address in R7; R0 to R5 are lost.</summary>
    public static void Claim(BpfAssembler code, StackFrame frame, IProgramMaps maps, BpfLabel none)
    {
        var mark = frame.Mark;
        var key = frame.Reserve(8);
        var claimed = code.NewLabel();
        code.Call(BpfHelper.GetProcessorId).Store(BpfSize.Word, R10, key, R0);
        for (var attempt = 0; ; attempt++)
        {
            code.LoadMap(R1, maps.Scratch).Move(R2, R10).Alu(BpfOperation.Add, R2, key)
                .Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, none)
                .Move(R7, R0).Move(R1, 1).Atomic(BpfAtomicOperation.Exchange, BpfSize.Double, R7, ScratchLayout.BusyOffset, R1)
                .JumpIf(BpfCondition.Equal, R1, 0, claimed);
            if (attempt == ScratchLayout.Spares)
                break;
            code.Store(BpfSize.Word, R10, key, maps.Processors + attempt);
        }

        code.Jump(none).Bind(claimed);
        frame.ReleaseTo(mark);
    }

    /// <summary>Gives the slot at R7 back.</summary>
    public static void Release(BpfAssembler code) => code.Store(BpfSize.Double, R7, ScratchLayout.BusyOffset, 0);
}
