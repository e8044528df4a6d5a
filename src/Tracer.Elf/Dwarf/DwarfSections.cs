namespace Tracer.Elf.Dwarf;

/// <summary>
/// The debugging sections of one file as plain, already decompressed and relocated bytes: the only input of <see cref="DwarfReader"/>.
/// A section that the file lacks stays empty.
/// </summary>
public sealed class DwarfSections
{
    /// <summary>.debug_info (of a split file: .debug_info.dwo).</summary>
    public ReadOnlyMemory<byte> Info { get; init; }
    /// <summary>.debug_abbrev.</summary>
    public ReadOnlyMemory<byte> Abbrev { get; init; }
    /// <summary>.debug_str.</summary>
    public ReadOnlyMemory<byte> Str { get; init; }
    /// <summary>.debug_line_str (DWARF 5).</summary>
    public ReadOnlyMemory<byte> LineStr { get; init; }
    /// <summary>.debug_str_offsets (DWARF 5, or .dwo of GNU DWARF 4).</summary>
    public ReadOnlyMemory<byte> StrOffsets { get; init; }
    /// <summary>.debug_addr.</summary>
    public ReadOnlyMemory<byte> Addr { get; init; }
    /// <summary>.debug_rnglists (DWARF 5).</summary>
    public ReadOnlyMemory<byte> RngLists { get; init; }
    /// <summary>.debug_ranges (DWARF 2 to 4).</summary>
    public ReadOnlyMemory<byte> Ranges { get; init; }
    /// <summary>.debug_loclists (DWARF 5).</summary>
    public ReadOnlyMemory<byte> LocLists { get; init; }
    /// <summary>.debug_loc (DWARF 2 to 4).</summary>
    public ReadOnlyMemory<byte> Loc { get; init; }
    /// <summary>.debug_line.</summary>
    public ReadOnlyMemory<byte> Line { get; init; }
    /// <summary>.debug_aranges.</summary>
    public ReadOnlyMemory<byte> Aranges { get; init; }
    /// <summary>.debug_types (DWARF 4; all its COMDAT copies one after the other).</summary>
    public ReadOnlyMemory<byte> Types { get; init; }
    /// <summary>The sections of the supplementary file (dwz, named by .gnu_debugaltlink or .debug_sup), or null when there is none at hand.</summary>
    public DwarfSections? Supplementary { get; init; }
    /// <summary>The sections of split files (.dwo) at hand, matched to skeleton units by their id; .dwp packages are not read.</summary>
    public IReadOnlyList<DwarfSections> Split { get; init; } = [];
}
