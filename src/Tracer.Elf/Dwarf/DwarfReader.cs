using Tracer.Elf.Dwarf.Lines;

namespace Tracer.Elf.Dwarf;

/// <summary>
/// DWARF 2 to 5 (32 and 64-bit format, little endian, addresses of 4 and 8 bytes) of one file. Nothing is read before it is asked for,
/// and units and abbreviations read once are kept. Bad input gives fewer answers and <see cref="Diagnostics"/>, never an exception.
/// Not thread-safe.
/// </summary>
public sealed class DwarfReader
{
    private const int MaxDiagnostics = 256;

    private readonly List<DwarfDiagnostic> _diagnostics = [];
    private readonly HashSet<(string, long)> _reported = [];
    private readonly List<DwarfUnitSection> _all = [];
    private Dictionary<ulong, DwarfUnit>? _typeUnits;
    private Dictionary<ulong, DwarfUnit>? _skeletons;
    private Dictionary<ulong, DwarfUnit>? _splits;

    /// <summary>Takes the sections; reads nothing yet.</summary>
    /// <param name="sections">The sections of the file.</param>
    public DwarfReader(DwarfSections sections)
    {
        ArgumentNullException.ThrowIfNull(sections);
        Sections = sections;
        Add(DwarfSectionKind.Info, sections, sections.Info);
        if (!sections.Types.IsEmpty)
            Add(DwarfSectionKind.Types, sections, sections.Types);
        foreach (var split in sections.Split)
        {
            Add(DwarfSectionKind.Split, split, split.Info);
            if (!split.Types.IsEmpty)
                Add(DwarfSectionKind.SplitTypes, split, split.Types);
        }
        if (sections.Supplementary is { } supplementary)
            SupplementaryInfo = Add(DwarfSectionKind.Supplementary, supplementary, supplementary.Info);
        Types = new(this);
        Subprograms = new(this);
        Lines = new(this);
    }

    /// <summary>Structures and other types.</summary>
    public DwarfTypes Types { get; }

    /// <summary>Functions and their parameters.</summary>
    public DwarfSubprograms Subprograms { get; }

    /// <summary>Source lines, and the functions inlined at an address.</summary>
    public DwarfLines Lines { get; }

    /// <summary>What could not be used so far, each place once, at most 256 of them.</summary>
    public IReadOnlyList<DwarfDiagnostic> Diagnostics => _diagnostics;

    internal DwarfSections Sections { get; }

    internal DwarfUnitSection? SupplementaryInfo { get; }

    /// <summary>Every section with units: the file's own first, then split and supplementary files.</summary>
    internal IReadOnlyList<DwarfUnitSection> UnitSections => _all;

    /// <summary>Walks everything there is and counts the entries; for measurements and for checking a file.</summary>
    /// <returns>The number of units and of entries that can be read.</returns>
    public (int Units, long Entries) Count()
    {
        int units = 0;
        long entries = 0;
        foreach (var section in _all)
        {
            for (int i = 0; section.UnitAt(i) is { } unit; i++)
            {
                units++;
                if (!unit.TryLoad())
                    continue;
                var entry = new DwarfEntryReader(unit, unit.FirstEntry);
                while (entry.MoveNext())
                    entries++;
            }
        }
        return (units, entries);
    }

    internal void Report(string id, string message, long offset)
    {
        if (_diagnostics.Count < MaxDiagnostics && _reported.Add((id, offset)))
            _diagnostics.Add(new(id, message, offset));
    }

    /// <summary>The skeleton unit with this id in the file itself, or null.</summary>
    internal DwarfUnit? FindSkeleton(ulong id)
    {
        _skeletons ??= Index(DwarfSectionKind.Info, DwarfUnitKind.Skeleton);
        return _skeletons.GetValueOrDefault(id);
    }

    /// <summary>Says so when a unit's entries are elsewhere and that place was not given.</summary>
    internal void CheckSkeleton(DwarfUnit unit)
    {
        if (unit.Kind != DwarfUnitKind.Skeleton)
            return;
        if (FindSplit(unit.Signature) is null)
            Report("DWARF011", $"The unit's entries are in a split file with id 0x{unit.Signature:x16} that was not given.", unit.Offset);
    }

    /// <summary>The unit of a split file with this id, or null when that file was not given.</summary>
    internal DwarfUnit? FindSplit(ulong id)
    {
        _splits ??= Index(DwarfSectionKind.Split, DwarfUnitKind.SplitCompile);
        return _splits.GetValueOrDefault(id);
    }

    /// <summary>The type unit with this signature.</summary>
    internal DwarfUnit? FindTypeUnit(ulong signature)
    {
        if (_typeUnits is null)
        {
            _typeUnits = [];
            foreach (var section in _all)
            {
                for (int i = 0; section.UnitAt(i) is { } unit; i++)
                {
                    if (unit.Kind is DwarfUnitKind.Type or DwarfUnitKind.SplitType)
                        _typeUnits.TryAdd(unit.Signature, unit);
                }
            }
        }
        return _typeUnits.GetValueOrDefault(signature);
    }

    private Dictionary<ulong, DwarfUnit> Index(DwarfSectionKind sections, DwarfUnitKind kind)
    {
        var found = new Dictionary<ulong, DwarfUnit>();
        foreach (var section in _all)
        {
            for (int i = 0; section.Kind == sections && section.UnitAt(i) is { } unit; i++)
            {
                if (unit.TryLoad() && unit.Kind == kind)
                    found.TryAdd(unit.Signature, unit);
            }
        }
        return found;
    }

    private DwarfUnitSection Add(DwarfSectionKind kind, DwarfSections sections, ReadOnlyMemory<byte> bytes)
    {
        var section = new DwarfUnitSection(this, kind, sections, bytes);
        _all.Add(section);
        return section;
    }
}
