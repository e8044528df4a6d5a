namespace Tracer.Elf;

/// <summary>The relocations of x86-64 that fill slots of the GOT (psABI, "Relocation Types"); other values occur and are kept.</summary>
public enum ElfRelocationType : uint
{
    /// <summary>R_X86_64_NONE.</summary>
    None = 0,
    /// <summary>R_X86_64_64: the symbol's address plus the addend.</summary>
    Absolute64 = 1,
    /// <summary>R_X86_64_COPY: the symbol's data is copied here.</summary>
    Copy = 5,
    /// <summary>R_X86_64_GLOB_DAT: the symbol's address.</summary>
    GlobalData = 6,
    /// <summary>R_X86_64_JUMP_SLOT: the symbol's address, perhaps resolved lazily.</summary>
    JumpSlot = 7,
    /// <summary>R_X86_64_RELATIVE: the load bias plus the addend.</summary>
    Relative = 8,
    /// <summary>R_X86_64_DTPMOD64: the TLS module's number.</summary>
    TlsModule = 16,
    /// <summary>R_X86_64_TPOFF64: the thread-local symbol's offset from the thread pointer.</summary>
    TlsOffset = 18,
    /// <summary>R_X86_64_IRELATIVE: the result of the resolver at the load bias plus the addend.</summary>
    IndirectRelative = 37,
}
