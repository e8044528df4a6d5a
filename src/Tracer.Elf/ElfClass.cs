namespace Tracer.Elf;

/// <summary>The word size of an ELF file: byte EI_CLASS of its identification (gABI, "ELF Identification").</summary>
public enum ElfClass : byte
{
    /// <summary>ELFCLASS32: addresses and offsets of 4 bytes.</summary>
    Elf32 = 1,
    /// <summary>ELFCLASS64: addresses and offsets of 8 bytes.</summary>
    Elf64 = 2,
}
