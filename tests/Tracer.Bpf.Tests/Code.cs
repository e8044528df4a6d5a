using Tracer.Linux;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Bpf.Tests;

/// <summary>Programs that several tests use.</summary>
internal static class Code
{
    // Offsets within struct pt_regs of x86-64 (arch/x86/include/asm/ptrace.h).
    public const short Rsi = 104;
    public const short Rdi = 112;

    /// <summary>Bytes of the record that <see cref="Record"/> writes: cookie, first argument, pid and tid.</summary>
    public const int RecordSize = 24;

    /// <summary>Writes {cookie, first argument, pid_tgid} to the ring, and counts in <paramref name="lost"/> (an array of one u64) what does not fit.</summary>
    public static BpfAssembler Record(BpfMap ring, BpfMap lost, int wakeAt)
    {
        var code = new BpfAssembler();
        var full = code.NewLabel();
        var submit = code.NewLabel();
        code.Move(R6, R1)
            .LoadMap(R1, ring.Descriptor).Move(R2, RecordSize).Move(R3, 0).Call(BpfHelper.RingBufferReserve)
            .JumpIf(BpfCondition.Equal, R0, 0, full)
            .Move(R7, R0)
            .Move(R1, R6).Call(BpfHelper.GetAttachCookie).Store(BpfSize.Double, R7, 0, R0)
            .Load(BpfSize.Double, R1, R6, Rdi).Store(BpfSize.Double, R7, 8, R1)
            .Call(BpfHelper.GetProcessAndThread).Store(BpfSize.Double, R7, 16, R0)
            .LoadMap(R1, ring.Descriptor).Move(R2, 0).Call(BpfHelper.RingBufferQuery)
            .Move(R2, (int)RingBufferFlags.NoWakeup)
            .JumpIf(BpfCondition.Less, R0, wakeAt, submit)
            .Move(R2, (int)RingBufferFlags.ForceWakeup)
            .Bind(submit)
            .Move(R1, R7).Call(BpfHelper.RingBufferSubmit)
            .Move(R0, 0).Exit();
        return code.Bind(full)
            .LoadMapValue(R1, lost.Descriptor, 0).Move(R2, 1).Atomic(BpfAtomicOperation.Add, BpfSize.Double, R1, 0, R2)
            .Move(R0, 0).Exit();
    }

    /// <summary>Adds one to the u64 of <paramref name="counter"/>.</summary>
    public static BpfAssembler Count(BpfMap counter) => new BpfAssembler()
        .LoadMapValue(R1, counter.Descriptor, 0).Move(R2, 1).Atomic(BpfAtomicOperation.Add, BpfSize.Double, R1, 0, R2)
        .Move(R0, 0).Exit();

    public static BpfMap Counter(int bytes = 8) =>
        BpfMap.Create(LinuxSystemCalls.Instance, BpfMapDefinition.Array(bytes, 1) with { Flags = BpfMapFlags.Mappable, Name = "counter" });

    public static ulong Value(BpfMap counter) => counter.TryLookup(0u, out ulong value) ? value : throw new InvalidOperationException();

    public static BpfProgram Load(BpfAssembler code) => BpfProgram.Load(LinuxSystemCalls.Instance, BpfProgramDefinition.Uprobe(code.Assemble()));
}
