using Tracer.Elf;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Where registers lie in the context of a uprobe program: the kernel's struct pt_regs (arch/x86/include/asm/ptrace.h). The kernel sets ip to
/// the probed instruction before it runs the program (handle_swbp in kernel/events/uprobes.c).
/// </summary>
internal static class ContextLayout
{
    /// <summary>The offset of a register; null for those that are not in the context.</summary>
    public static short? OffsetOf(X64Register register) => register switch
    {
        X64Register.R15 => 0,
        X64Register.R14 => 8,
        X64Register.R13 => 16,
        X64Register.R12 => 24,
        X64Register.Rbp => 32,
        X64Register.Rbx => 40,
        X64Register.R11 => 48,
        X64Register.R10 => 56,
        X64Register.R9 => 64,
        X64Register.R8 => 72,
        X64Register.Rax => 80,
        X64Register.Rcx => 88,
        X64Register.Rdx => 96,
        X64Register.Rsi => 104,
        X64Register.Rdi => 112,
        X64Register.Rip => 128,
        X64Register.Rflags => 144,
        X64Register.Rsp => 152,
        _ => null,
    };
}
