namespace Tracer.Elf.Dwarf;

/// <summary>
/// A unit: its header, and once <see cref="TryLoad"/> was asked, its abbreviations and the bases that its indexed forms need.
/// </summary>
internal sealed class DwarfUnit(DwarfUnitSection section)
{
    private bool? _usable;

    public DwarfUnitSection Section { get; } = section;
    public DwarfReader Reader => Section.Reader;
    public int Offset { get; init; }
    public int FirstEntry { get; init; }
    public int End { get; init; }
    public DwarfFormat Format { get; init; }
    public DwarfUnitKind Kind { get; set; }
    public ulong AbbrevOffset { get; init; }
    /// <summary>The type signature of a type unit, the id of a split or skeleton unit.</summary>
    public ulong Signature { get; set; }
    public ulong TypeOffset { get; init; }
    public DwarfAbbreviationTable? Abbreviations { get; private set; }
    public ulong StrOffsetsBase { get; private set; }
    public ulong AddrBase { get; private set; }
    public ulong RngListsBase { get; private set; }
    public ulong LocListsBase { get; private set; }
    public ulong RangesBase { get; private set; }
    public ulong Language { get; private set; }
    public ulong? LowPc { get; private set; }
    public DwarfAttributeValue HighPc { get; private set; }
    public DwarfAttributeValue Ranges { get; private set; }
    /// <summary>Where the unit's line table is.</summary>
    public DwarfAttributeValue StmtList { get; private set; }
    public DwarfAttributeValue Name { get; private set; }
    /// <summary>The directory of compilation.</summary>
    public DwarfAttributeValue CompDir { get; private set; }
    /// <summary>The skeleton that this split unit belongs to.</summary>
    public DwarfUnit? Skeleton { get; set; }

    /// <summary>Whether entries of C++-like languages may nest named types in types; C compilers put all on the top level.</summary>
    public bool HasNestedTypes => Language is not (0x01 or 0x02 or 0x0c or 0x1d or 0x2c); // DW_LANG_C89, C, C99, C11, C17

    /// <summary>Reads the abbreviations and the unit's own entry on first use; false when the unit cannot be read.</summary>
    public bool TryLoad() => _usable ??= Load();

    private bool Load()
    {
        Abbreviations = Section.GetAbbreviations(AbbrevOffset, Format);
        if (Abbreviations is null)
            return false;
        SetDefaultBases();
        var entry = new DwarfEntryReader(this, FirstEntry);
        if (!entry.MoveNext())
            return false;
        ReadBases(ref entry);
        ReadRoot(ref entry);
        return true;
    }

    // Without a base attribute (split files) the first contribution is meant: it starts behind its header
    // (DWARF 5, 7.26, 7.27, 7.28, 7.29); GNU's .debug_str_offsets.dwo of DWARF 4 has no header.
    private void SetDefaultBases()
    {
        if (Format.Version < 5)
            return;
        bool wide = Format.OffsetSize == 8;
        StrOffsetsBase = AddrBase = wide ? 16u : 8u;
        RngListsBase = LocListsBase = wide ? 20u : 12u;
    }

    private void ReadBases(ref DwarfEntryReader entry)
    {
        for (int i = 0; i < entry.AttributeCount; i++)
        {
            switch (entry.NameAt(i))
            {
                case DwarfAttribute.StrOffsetsBase: StrOffsetsBase = entry.Read(i).Bits; break;
                case DwarfAttribute.AddrBase or DwarfAttribute.GnuAddrBase: AddrBase = entry.Read(i).Bits; break;
                case DwarfAttribute.RnglistsBase: RngListsBase = entry.Read(i).Bits; break;
                case DwarfAttribute.LoclistsBase: LocListsBase = entry.Read(i).Bits; break;
                case DwarfAttribute.GnuRangesBase: RangesBase = entry.Read(i).Bits; break;
                case DwarfAttribute.Language: Language = entry.Read(i).Bits; break;
                case DwarfAttribute.GnuDwoId:
                    Signature = entry.Read(i).Bits;
                    if (Section.Kind == DwarfSectionKind.Split)
                        Kind = DwarfUnitKind.SplitCompile;
                    break;
            }
        }
        if (Section.Kind == DwarfSectionKind.Split && Kind == DwarfUnitKind.SplitCompile)
            Skeleton = Reader.FindSkeleton(Signature);
        if (Skeleton is not null)
        {
            AddrBase = Skeleton.AddrBase;
            RangesBase = Skeleton.RangesBase;
            LowPc = Skeleton.LowPc;
            HighPc = Skeleton.HighPc;
            Ranges = Skeleton.Ranges;
        }
    }

    private void ReadRoot(ref DwarfEntryReader entry)
    {
        bool named = false;
        for (int i = 0; i < entry.AttributeCount; i++)
        {
            switch (entry.NameAt(i))
            {
                case DwarfAttribute.LowPc: LowPc = DwarfValues.Address(this, entry.Read(i)); break;
                case DwarfAttribute.HighPc: HighPc = entry.Read(i); break;
                case DwarfAttribute.Ranges: Ranges = entry.Read(i); break;
                case DwarfAttribute.StmtList: StmtList = entry.Read(i); break;
                case DwarfAttribute.Name: Name = entry.Read(i); break;
                case DwarfAttribute.CompDir: CompDir = entry.Read(i); break;
                case DwarfAttribute.DwoName or DwarfAttribute.GnuDwoName: named = true; break;
            }
        }
        if (named && Kind == DwarfUnitKind.Compile && Section.Kind != DwarfSectionKind.Split)
            Kind = DwarfUnitKind.Skeleton;
        if (Kind == DwarfUnitKind.Compile && entry.Tag == DwarfTag.PartialUnit)
            Kind = DwarfUnitKind.Partial;
    }
}
