using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>The kernel's <c>struct user_regs_struct</c> of x86-64 (arch/x86/include/asm/user_64.h), 216 bytes: what PTRACE_GETREGS fills in.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct UserRegisters
{
    /// <summary>r15.</summary>
    public ulong R15;

    /// <summary>r14.</summary>
    public ulong R14;

    /// <summary>r13.</summary>
    public ulong R13;

    /// <summary>r12.</summary>
    public ulong R12;

    /// <summary>rbp.</summary>
    public ulong Rbp;

    /// <summary>rbx.</summary>
    public ulong Rbx;

    /// <summary>r11.</summary>
    public ulong R11;

    /// <summary>r10.</summary>
    public ulong R10;

    /// <summary>r9.</summary>
    public ulong R9;

    /// <summary>r8.</summary>
    public ulong R8;

    /// <summary>rax.</summary>
    public ulong Rax;

    /// <summary>rcx.</summary>
    public ulong Rcx;

    /// <summary>rdx.</summary>
    public ulong Rdx;

    /// <summary>rsi.</summary>
    public ulong Rsi;

    /// <summary>rdi.</summary>
    public ulong Rdi;

    /// <summary>The system call's number, or all ones when the thread is in none; set it to all ones to keep the kernel from restarting one.</summary>
    public ulong OrigRax;

    /// <summary>rip.</summary>
    public ulong Rip;

    /// <summary>cs: 0x33 in 64-bit code, 0x23 in 32-bit code.</summary>
    public ulong Cs;

    /// <summary>rflags.</summary>
    public ulong Eflags;

    /// <summary>rsp.</summary>
    public ulong Rsp;

    /// <summary>ss.</summary>
    public ulong Ss;

    /// <summary>The fs segment's base: the thread pointer.</summary>
    public ulong FsBase;

    /// <summary>The gs segment's base.</summary>
    public ulong GsBase;

    /// <summary>ds.</summary>
    public ulong Ds;

    /// <summary>es.</summary>
    public ulong Es;

    /// <summary>fs.</summary>
    public ulong Fs;

    /// <summary>gs.</summary>
    public ulong Gs;

    /// <summary>
    /// Reads the register with this DWARF number (System V ABI AMD64, figure 3.36): 0 rax, 1 rdx, 2 rcx, 3 rbx, 4 rsi, 5 rdi, 6 rbp, 7 rsp,
    /// 8-15, 16 the return address column (rip), 49 rflags, 50-55 segments, 58 fs base, 59 gs base. False for any other (xmm is 17-32).
    /// </summary>
    public readonly bool TryGet(int dwarfNumber, out ulong value)
    {
        (value, var known) = dwarfNumber switch
        {
            0 => (Rax, true),
            1 => (Rdx, true),
            2 => (Rcx, true),
            3 => (Rbx, true),
            4 => (Rsi, true),
            5 => (Rdi, true),
            6 => (Rbp, true),
            7 => (Rsp, true),
            8 => (R8, true),
            9 => (R9, true),
            10 => (R10, true),
            11 => (R11, true),
            12 => (R12, true),
            13 => (R13, true),
            14 => (R14, true),
            15 => (R15, true),
            16 => (Rip, true),
            49 => (Eflags, true),
            50 => (Es, true),
            51 => (Cs, true),
            52 => (Ss, true),
            53 => (Ds, true),
            54 => (Fs, true),
            55 => (Gs, true),
            58 => (FsBase, true),
            59 => (GsBase, true),
            _ => (0UL, false),
        };
        return known;
    }
}
