using Tracer.Core.Evaluation;
using Tracer.Elf;
using Tracer.Linux;

namespace Tracer.Ptrace;

/// <summary>From the kernel's registers of a stopped thread to those of the model.</summary>
internal static class RegisterCopy
{
    /// <summary>All but vectors.</summary>
    public static void General(in UserRegisters from, ref RegisterSet to)
    {
        to[X64Register.Rax] = from.Rax;
        to[X64Register.Rdx] = from.Rdx;
        to[X64Register.Rcx] = from.Rcx;
        to[X64Register.Rbx] = from.Rbx;
        to[X64Register.Rsi] = from.Rsi;
        to[X64Register.Rdi] = from.Rdi;
        to[X64Register.Rbp] = from.Rbp;
        to[X64Register.Rsp] = from.Rsp;
        to[X64Register.R8] = from.R8;
        to[X64Register.R9] = from.R9;
        to[X64Register.R10] = from.R10;
        to[X64Register.R11] = from.R11;
        to[X64Register.R12] = from.R12;
        to[X64Register.R13] = from.R13;
        to[X64Register.R14] = from.R14;
        to[X64Register.R15] = from.R15;
        to[X64Register.Rip] = from.Rip;
        to[X64Register.Rflags] = from.Eflags;
        to[X64Register.FsBase] = from.FsBase;
        to[X64Register.GsBase] = from.GsBase;
    }
}
