namespace Tracer.Elf.Dwarf;

/// <summary>A function that has code, or one place where it was inlined. Ranges, parameters and type are read when first asked for.</summary>
public sealed class DwarfSubprogram
{
    // From a concrete function to its abstract one, from there to a declaration in a class: three hops in practice.
    private const int MaxOrigins = 8;

    private readonly DwarfReader _reader;
    private readonly DwarfEntryRef _entry;
    private readonly DwarfAttributeValue _frameBase;
    private readonly DwarfEntryRef? _typeUnit;
    private readonly DwarfAttributeValue _type;
    private IReadOnlyList<DwarfAddressRange>? _ranges;
    private IReadOnlyList<DwarfParameter>? _parameters;
    private DwarfType? _returnType;
    private ulong? _entryPc;

    internal DwarfSubprogram(ref DwarfEntryReader entry)
    {
        _entry = new(entry.Unit, entry.Offset);
        _reader = entry.Unit.Reader;
        _frameBase = entry.Find(DwarfAttribute.FrameBase);
        IsInlined = entry.Tag == DwarfTag.InlinedSubroutine;
        IsConventionChanged = entry.Find(DwarfAttribute.CallingConvention).Bits == 3;
        // What this entry leaves unsaid its origin says.
        var at = _entry;
        for (int i = 0; i < MaxOrigins && at.TryOpen(out var source); i++)
        {
            Name ??= DwarfValues.Text(at.Unit, source.Name);
            LinkageName ??= DwarfValues.Text(at.Unit, FindLinkageName(ref source));
            IsExternal |= source.Find(DwarfAttribute.External).IsFlagSet;
            Line ??= source.Find(DwarfAttribute.DeclLine).Constant;
            if (_typeUnit is null && source.Type is { Exists: true } type)
            {
                _typeUnit = at;
                _type = type;
            }
            if (!DwarfValues.TryReference(at.Unit, source.Origin, out at))
                break;
        }
    }

    /// <summary>The name, or null when it has none.</summary>
    public string? Name { get; }

    /// <summary>The mangled name, or null when it is the same or not said.</summary>
    public string? LinkageName { get; }

    /// <summary>Whether other files may call it by name.</summary>
    public bool IsExternal { get; }

    /// <summary>Whether this is a place where the function was inlined, not the function itself.</summary>
    public bool IsInlined { get; }

    /// <summary>
    /// Whether it was written in assembler (DW_LANG_Mips_Assembler, which GNU as writes, or DW_LANG_Assembly): that it names no parameters and no result then says nothing.
    /// </summary>
    public bool IsAssembler => _entry.Unit.Language is 0x8001 or 0x0031;

    /// <summary>The line of the declaration, or null.</summary>
    public long? Line { get; }

    /// <summary>The code, as linked; the first range starts with the entry, others are parts put elsewhere (gcc's <c>.cold</c>).</summary>
    public IReadOnlyList<DwarfAddressRange> Ranges => _ranges ??= _entry.TryOpen(out var entry) ? DwarfRangeReader.Read(ref entry) : [];

    /// <summary>The first address, or 0 when it has no code.</summary>
    public ulong LowPc => Ranges.Count > 0 ? Ranges[0].Low : 0;

    /// <summary>The end of the first range.</summary>
    public ulong HighPc => Ranges.Count > 0 ? Ranges[0].High : 0;

    /// <summary>
    /// The address where it is entered: DW_AT_entry_pc, else its first address; 0 when it has no code. An inlined place's code may be in parts of which the entered
    /// one is not the lowest.
    /// </summary>
    public ulong EntryPc => _entryPc ??= ReadEntryPc();

    /// <summary>Whether the compiler changed how it is called (DW_CC_nocall): its arguments are not where the ABI puts them.</summary>
    public bool IsConventionChanged { get; }

    /// <summary>The offset of its entry in the section it is in.</summary>
    public long Offset => _entry.Offset;

    /// <summary>What it returns; void when nothing.</summary>
    public DwarfType ReturnType => _returnType ??= _typeUnit is { } at ? _reader.Types.Resolve(at.Unit, _type) : DwarfType.Void;

    /// <summary>The parameters in order.</summary>
    public IReadOnlyList<DwarfParameter> Parameters => _parameters ??= ReadParameters();

    /// <summary>What DW_OP_fbreg is relative to: often DW_OP_call_frame_cfa.</summary>
    public IReadOnlyList<DwarfLocation> FrameBase => DwarfLocationReader.Read(_entry.Unit, _frameBase);

    /// <summary>The variables of the blocks around an address, the innermost first; those of functions inlined there are theirs.</summary>
    /// <param name="address">The address as linked.</param>
    /// <returns>The variables, described as parameters are.</returns>
    public IReadOnlyList<DwarfParameter> VariablesAt(ulong address)
    {
        var found = new List<DwarfParameter>();
        if (!_entry.TryOpen(out var entry))
            return found;
        while (entry.MoveNext())
        {
            if (entry.Tag == DwarfTag.Variable && !entry.IsDeclaration)
                found.Add(ReadParameter(ref entry));
            // A block without a place of its own is around all of the function.
            bool inside = entry.Tag == DwarfTag.LexicalBlock && (!entry.HasCode || DwarfRangeReader.Read(ref entry).Exists(range => range.Contains(address)));
            if (!inside)
                entry.SkipChildren();
        }
        found.Reverse();
        return found;
    }

    /// <summary>The prototype in C.</summary>
    /// <returns>One line.</returns>
    public override string ToString() =>
        ReturnType.Declare($"{Name}({(Parameters.Count == 0 ? "void" : string.Join(", ", Parameters.Select(p => p.Type.Declare(p.Name ?? ""))))})");

    internal static DwarfAttributeValue FindLinkageName(ref DwarfEntryReader entry) =>
        entry.Find(DwarfAttribute.LinkageName) is { Exists: true } name ? name : entry.Find(DwarfAttribute.MipsLinkageName);

    // An address, or in DWARF 5 bytes from the first address (2.18).
    private ulong ReadEntryPc()
    {
        if (!_entry.TryOpen(out var entry) || entry.Find(DwarfAttribute.EntryPc) is not { Exists: true } value)
            return LowPc;
        ulong address = DwarfValues.Address(_entry.Unit, value) ?? (value.IsConstant ? unchecked(LowPc + value.Bits) : LowPc);
        return Ranges.Any(range => range.Contains(address)) ? address : LowPc;
    }

    // gcc lists the parameters of an inlined place backwards: the origin's order is that of the source.
    private List<DwarfParameter> ReadParameters()
    {
        var found = new List<DwarfParameter>();
        var origins = new List<long>();
        var at = _entry;
        for (int i = 0; i < MaxOrigins && at.TryOpen(out var entry); i++)
        {
            var origin = entry.Origin;
            while (entry.MoveNext())
            {
                if (entry.Tag == DwarfTag.FormalParameter)
                {
                    found.Add(ReadParameter(ref entry));
                    origins.Add(DwarfValues.TryReference(at.Unit, entry.Origin, out var parameter) ? parameter.Offset : -1);
                }
                entry.SkipChildren();
            }
            if (found.Count > 0 || !DwarfValues.TryReference(at.Unit, origin, out at))
                break;
        }
        return origins.Contains(-1) ? found : [.. found.Zip(origins).OrderBy(pair => pair.Second).Select(pair => pair.First)];
    }

    private DwarfParameter ReadParameter(ref DwarfEntryReader entry)
    {
        var unit = entry.Unit;
        var locations = DwarfLocationReader.Read(unit, entry.Find(DwarfAttribute.Location));
        long? constant = entry.Find(DwarfAttribute.ConstValue).Constant;
        string? name = null;
        DwarfType? type = null;
        var at = new DwarfEntryRef(unit, entry.Offset);
        for (int i = 0; i < MaxOrigins && at.TryOpen(out var source); i++)
        {
            name ??= DwarfValues.Text(at.Unit, source.Name);
            if (source.Type is { Exists: true } reference)
                type ??= _reader.Types.Resolve(at.Unit, reference);
            if (!DwarfValues.TryReference(at.Unit, source.Origin, out at))
                break;
        }
        return new(name, type ?? DwarfType.UnknownType, locations, constant);
    }
}
