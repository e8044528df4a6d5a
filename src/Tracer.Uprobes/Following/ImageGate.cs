using Tracer.Bpf;
using Tracer.Uprobes.Compilation;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Following;

/// <summary>Passes only hits of processes that have a certain image in their family: breakpoints are in every process that runs the file.</summary>
/// <param name="Processes">The family's processes (<see cref="FamilyMaps.Processes"/>).</param>
/// <param name="Image">The number of the image.</param>
internal sealed record ImageGate(int Processes, uint Image)
{
    /// <summary>Jumps to <paramref name="other"/> at hits of other processes; R0 to R5 are lost.</summary>
    public void Pass(BpfAssembler code, StackFrame frame, BpfLabel other)
    {
        var mark = frame.Mark;
        var key = frame.Reserve(sizeof(ulong));
        code.Call(BpfHelper.GetProcessAndThread).Alu(BpfOperation.ShiftRight, R0, 32).Store(BpfSize.Double, R10, key, R0)
            .LoadMap(R1, Processes).Move(R2, R10).Alu(BpfOperation.Add, R2, key).Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, other)
            .Load(BpfSize.Double, R0, R0, FamilyMaps.ImageOffset).LoadConstant(R1, Image).JumpIf(BpfCondition.NotEqual, R0, R1, other);
        frame.ReleaseTo(mark);
    }
}
