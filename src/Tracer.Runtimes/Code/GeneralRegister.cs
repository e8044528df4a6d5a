using Iced.Intel;
using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>Iced's 64-bit general registers, in the numbering of instructions, as DWARF numbers them.</summary>
public static class GeneralRegister
{
    private static readonly X64Register[] InOrderOfEncoding =
    [
        X64Register.Rax, X64Register.Rcx, X64Register.Rdx, X64Register.Rbx, X64Register.Rsp, X64Register.Rbp, X64Register.Rsi, X64Register.Rdi,
        X64Register.R8, X64Register.R9, X64Register.R10, X64Register.R11, X64Register.R12, X64Register.R13, X64Register.R14, X64Register.R15,
    ];

    /// <summary>The register; null for one that is no 64-bit general register.</summary>
    public static X64Register? Of(Register register) => register.IsGPR64() ? InOrderOfEncoding[register - Register.RAX] : null;
}
