namespace Tracer.Elf;

/// <summary>The kind of a section: sh_type of its header; other values than these occur and are kept.</summary>
public enum ElfSectionType : uint
{
    /// <summary>SHT_NULL: unused.</summary>
    Null = 0,
    /// <summary>SHT_PROGBITS: bytes of the program.</summary>
    ProgramBits = 1,
    /// <summary>SHT_SYMTAB: the full symbol table.</summary>
    SymbolTable = 2,
    /// <summary>SHT_STRTAB: strings.</summary>
    StringTable = 3,
    /// <summary>SHT_RELA: relocations with addends.</summary>
    RelocationsWithAddends = 4,
    /// <summary>SHT_DYNAMIC: the dynamic table.</summary>
    Dynamic = 6,
    /// <summary>SHT_NOTE: notes.</summary>
    Note = 7,
    /// <summary>SHT_NOBITS: no bytes in the file.</summary>
    NoBits = 8,
    /// <summary>SHT_REL: relocations without addends.</summary>
    Relocations = 9,
    /// <summary>SHT_DYNSYM: the dynamic symbol table.</summary>
    DynamicSymbolTable = 11,
    /// <summary>SHT_SYMTAB_SHNDX: section indexes that do not fit a symbol.</summary>
    SymbolSectionIndexes = 18,
}
