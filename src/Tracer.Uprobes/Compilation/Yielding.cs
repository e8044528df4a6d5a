using Tracer.Bpf;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>Lets other threads run in the middle of a program that may wait.</summary>
internal static class Yielding
{
    /// <summary>
    /// Reads the first byte of the probed instruction as another task's memory: that has a cond_resched in it (__get_user_pages, mm/gup.c), which also works where the kernel does not take the
    /// processor away from a thread that is in it. R0 to R5 are lost.
    /// </summary>
    /// <param name="code">The program.</param>
    /// <param name="context">The register with the program's context.</param>
    /// <param name="place">Where on the stack the byte goes.</param>
    public static void Compile(BpfAssembler code, BpfRegister context, short place) =>
        code.Call(BpfHelper.GetTaskTyped).Move(R4, R0).Move(R1, R10).Alu(BpfOperation.Add, R1, place).Move(R2, 1)
            .Load(BpfSize.Double, R3, context, ContextLayout.OffsetOf(Elf.X64Register.Rip)!.Value).Move(R5, 0).Call(BpfHelper.CopyFromUserTask);
}
