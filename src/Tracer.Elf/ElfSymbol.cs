namespace Tracer.Elf;

/// <summary>An entry of a symbol table; <see cref="ElfSymbolTable.Name"/> gives its name.</summary>
/// <param name="Index">Its index in the table.</param>
/// <param name="NameOffset">Where its name is in the table's strings.</param>
/// <param name="Value">Its address as linked; for thread-local symbols an offset in the TLS segment.</param>
/// <param name="Size">Its size in bytes; 0 when unknown.</param>
/// <param name="Type">Its kind.</param>
/// <param name="Binding">Its binding.</param>
/// <param name="SectionIndex">st_shndx: the section it lies in, or one of the reserved indexes.</param>
public readonly record struct ElfSymbol(
    int Index,
    uint NameOffset,
    ulong Value,
    ulong Size,
    ElfSymbolType Type,
    ElfSymbolBinding Binding,
    ushort SectionIndex)
{
    // gABI "Special Section Indexes".
    private const ushort UndefinedIndex = 0;
    private const ushort AbsoluteIndex = 0xfff1;

    /// <summary>Whether the symbol is defined in this file (st_shndx is not SHN_UNDEF).</summary>
    public bool IsDefined => SectionIndex != UndefinedIndex;

    /// <summary>Whether the value is a number and no address (st_shndx is SHN_ABS).</summary>
    public bool IsAbsolute => SectionIndex == AbsoluteIndex;
}
