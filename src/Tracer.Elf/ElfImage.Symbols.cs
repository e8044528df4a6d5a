namespace Tracer.Elf;

/// <summary>Symbol tables: by section headers, or by the dynamic table when there are none.</summary>
public sealed partial class ElfImage
{
    private readonly Lock _lock = new();
    private ElfDynamicTable? _dynamic;
    private Lazily<ElfSymbolTable> _symbolTable;
    private Lazily<ElfSymbolTable> _dynamicSymbols;
    private Lazily<ElfImage> _miniDebugInfo;

    /// <summary>The full symbol table (.symtab); null in stripped files.</summary>
    public ElfSymbolTable? SymbolTable => Once(ref _symbolTable, static image => image.FindTable(ElfSectionType.SymbolTable));

    /// <summary>The dynamic symbol table (.dynsym), found through PT_DYNAMIC when there are no section headers; null in static programs.</summary>
    public ElfSymbolTable? DynamicSymbols => Once(ref _dynamicSymbols,
        static image => image.FindTable(ElfSectionType.DynamicSymbolTable) ?? image.FindTableByDynamic());

    /// <summary>
    /// The image in .gnu_debugdata ("mini debug info": an xz-compressed ELF file with a .symtab of functions); null when there is
    /// none or it cannot be decoded. Decoded at the first call; it has this image's link-time addresses.
    /// </summary>
    public ElfImage? MiniDebugInfo => Once(ref _miniDebugInfo, static image => image.ReadMiniDebugInfo(out _));

    internal ElfDynamicTable Dynamic
    {
        get
        {
            lock (_lock)
                return _dynamic ??= ElfDynamicTable.Read(this);
        }
    }

    /// <summary>Reads .gnu_debugdata as <see cref="MiniDebugInfo"/> does, without a cache, and says what is wrong.</summary>
    /// <param name="diagnostic">Why there is a section but no image; null when there is no section or all is well.</param>
    public ElfImage? ReadMiniDebugInfo(out ElfDiagnostic? diagnostic)
    {
        if (!TryFindSection(".gnu_debugdata", out var section) || !TryGetSectionData(section, out var data, out diagnostic) || data.IsEmpty)
        {
            diagnostic = null;
            return null;
        }
        if (!Xz.XzDecoder.TryDecode(data.Span, out var decoded, out var problem))
        {
            diagnostic = new(ElfDiagnosticIds.BadMiniDebugInfo, $".gnu_debugdata cannot be decoded: {problem}", section.FileOffset);
            return null;
        }
        if (TryParse(decoded, out var image, out var inner))
        {
            diagnostic = null;
            return image;
        }
        diagnostic = new(ElfDiagnosticIds.BadMiniDebugInfo, $".gnu_debugdata holds no ELF file: {inner?.Message}", section.FileOffset);
        return null;
    }

    private ElfSymbolTable? FindTable(ElfSectionType type)
    {
        foreach (ref readonly var section in Sections.AsSpan())
        {
            if (section.Type != type)
                continue;
            var entries = RawData(section);
            if (entries.IsEmpty || section.Link >= (uint)Sections.Length)
                continue;
            var strings = RawData(Sections[(int)section.Link]);
            GnuHashTable? hash = null;
            if (type == ElfSectionType.DynamicSymbolTable && TryFindSection(".gnu.hash", out var hashSection))
                hash = GnuHashTable.TryParse(Class, RawData(hashSection));
            return new ElfSymbolTable(Class, entries, strings, hash);
        }
        return null;
    }

    private ElfSymbolTable? FindTableByDynamic()
    {
        var dynamic = Dynamic;
        var symbols = DataFrom(dynamic.SymbolTable);
        var strings = DataFrom(dynamic.StringTable);
        if (symbols.IsEmpty || strings.IsEmpty)
            return null;
        if (dynamic.StringTableSize < (ulong)strings.Length)
            strings = strings[..(int)dynamic.StringTableSize];
        // The table's length stands nowhere: .gnu.hash ends with the last symbol, DT_HASH's second word counts them.
        var hash = dynamic.GnuHash == 0 ? null : GnuHashTable.TryParse(Class, DataFrom(dynamic.GnuHash));
        var classic = dynamic.Hash == 0 ? default : DataFrom(dynamic.Hash).Span;
        var count = classic.Length >= 8 ? ElfFormat.U32(classic, 4) : (uint)(hash?.SymbolCount() ?? 0);
        var size = Math.Min((ulong)count * (ulong)ElfFormat.SymbolSize(Class), (ulong)symbols.Length);
        return size == 0 ? null : new ElfSymbolTable(Class, symbols[..(int)size], strings, hash);
    }

    /// <summary>The file's bytes from a link-time address to the end of its segment; empty when there are none.</summary>
    /// <param name="address">A link-time address.</param>
    public ReadOnlyMemory<byte> DataFrom(ulong address)
    {
        foreach (ref readonly var load in AddressMap.LoadSegments.AsSpan())
        {
            if (address < load.VirtualAddress || address - load.VirtualAddress >= load.FileSize)
                continue;
            var skip = address - load.VirtualAddress;
            return ElfFormat.TrySlice(Bytes, unchecked(load.FileOffset + skip), load.FileSize - skip, out var data) ? data : default;
        }
        return default;
    }

    private T? Once<T>(ref Lazily<T> field, Func<ElfImage, T?> create) where T : class
    {
        lock (_lock)
        {
            if (!field.Done)
                field = new Lazily<T>(create(this), Done: true);
            return field.Value;
        }
    }

    // A lazily computed reference that may be null; Lock is re-entrant, so one may depend on another.
    private readonly record struct Lazily<T>(T? Value, bool Done) where T : class;
}
