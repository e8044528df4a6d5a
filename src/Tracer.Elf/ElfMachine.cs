namespace Tracer.Elf;

/// <summary>The instruction set of an ELF file: e_machine of its header; other values than these occur and are kept.</summary>
public enum ElfMachine : ushort
{
    /// <summary>EM_NONE.</summary>
    None = 0,
    /// <summary>EM_386: 32-bit x86.</summary>
    I386 = 3,
    /// <summary>EM_ARM: 32-bit Arm.</summary>
    Arm = 40,
    /// <summary>EM_X86_64: x86-64.</summary>
    X64 = 62,
    /// <summary>EM_AARCH64: 64-bit Arm.</summary>
    AArch64 = 183,
    /// <summary>EM_RISCV: RISC-V.</summary>
    RiscV = 243,
}
