using Tracer.Bpf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>Wraps a program in the counting of its hits and its time (<see cref="HitMeter"/>).</summary>
internal sealed class MeterCompiler(BpfAssembler code, StackFrame frame, int meter, SteppingKind kind)
{
    private readonly short _begun = frame.Reserve(8);
    private readonly BpfLabel _end = code.NewLabel();

    /// <summary>Takes the time. R0 to R5 are lost.</summary>
    public void Begin() => code.Call(BpfHelper.GetTimeNanoseconds).Store(BpfSize.Double, R10, _begun, R0);

    /// <summary>While the gate is closed the rest is passed over. R1 is lost.</summary>
    public void PassGate() =>
        code.LoadMapValue(R1, meter, 0).Load(BpfSize.Double, R1, R1, 0).JumpIf(BpfCondition.Equal, R1, 0, _end);

    /// <summary>Counts. R0 to R5 are lost.</summary>
    public void End() =>
        code.Bind(_end).Call(BpfHelper.GetTimeNanoseconds).Load(BpfSize.Double, R1, R10, _begun).Alu(BpfOperation.Subtract, R0, R1)
            .Store(BpfSize.Double, R10, _begun, R0)
            .Call(BpfHelper.GetProcessorId).Alu(BpfOperation.And, R0, HitMeter.Lanes - 1).Alu(BpfOperation.Multiply, R0, HitMeter.Stride)
            .LoadMapValue(R1, meter, HitMeter.Stride).Alu(BpfOperation.Add, R1, R0)
            .Move(R2, 1).Atomic(BpfAtomicOperation.Add, BpfSize.Double, R1, (short)((int)kind * sizeof(long)), R2)
            .Load(BpfSize.Double, R2, R10, _begun).Atomic(BpfAtomicOperation.Add, BpfSize.Double, R1, HitMeter.Nanoseconds, R2);
}
