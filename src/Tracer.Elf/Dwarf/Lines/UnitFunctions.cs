namespace Tracer.Elf.Dwarf.Lines;

/// <summary>The functions with code of a unit by address, and what was inlined into them.</summary>
internal sealed class UnitFunctions
{
    private const int MaxLookBack = 16;

    // gcc and clang inline some tens of levels deep.
    private const int MaxInlineDepth = 128;

    private readonly DwarfUnit _unit;
    private readonly List<(DwarfAddressRange Range, int Entry)> _functions = [];

    /// <summary>Walks the unit once, not into its functions.</summary>
    public UnitFunctions(DwarfUnit unit)
    {
        _unit = unit;
        long budget = Budget(unit);
        var ranges = new List<DwarfAddressRange>();
        var entry = new DwarfEntryReader(unit, unit.FirstEntry);
        entry.MoveNext();
        while (budget >= 0 && entry.MoveNext())
        {
            if (entry.Tag == DwarfTag.Subprogram && entry.HasCode)
            {
                Read(ref entry, ranges);
                budget -= ranges.Count + 1;
                foreach (var range in ranges)
                    _functions.Add((range, entry.Offset));
            }
            // Rust nests functions in structures, C++ in namespaces.
            if (entry.Tag is not (DwarfTag.Namespace or DwarfTag.Module or DwarfTag.StructureType or DwarfTag.ClassType or DwarfTag.UnionType or DwarfTag.EnumerationType))
                entry.SkipChildren();
        }
        _functions.Sort((a, b) => a.Range.Low.CompareTo(b.Range.Low));
    }

    /// <summary>The function at an address and, below it, those inlined there: outermost first, offsets of their entries. Empty when there is none.</summary>
    public List<int> ChainAt(ulong address)
    {
        var chain = new List<int>();
        if (!TryFind(address, out int function))
            return chain;
        chain.Add(function);
        long budget = Budget(_unit);
        var ranges = new List<DwarfAddressRange>();
        var entry = new DwarfEntryReader(_unit, function);
        entry.MoveNext();
        while (budget >= 0 && chain.Count < MaxInlineDepth && entry.MoveNext())
        {
            if (entry.Tag is not (DwarfTag.InlinedSubroutine or DwarfTag.LexicalBlock))
            {
                entry.SkipChildren();
                continue;
            }
            if (!entry.HasCode)
                continue;
            Read(ref entry, ranges);
            budget -= ranges.Count + 1;
            if (!Contain(ranges, address))
            {
                entry.SkipChildren();
                continue;
            }
            if (entry.Tag == DwarfTag.InlinedSubroutine)
                chain.Add(entry.Offset);
        }
        return chain;
    }

    private bool TryFind(ulong address, out int entry)
    {
        int low = 0, high = _functions.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (_functions[middle].Range.Low <= address)
                low = middle + 1;
            else
                high = middle - 1;
        }
        for (int i = high; i >= 0 && i > high - MaxLookBack; i--)
        {
            if (!_functions[i].Range.Contains(address))
                continue;
            entry = _functions[i].Entry;
            return true;
        }
        entry = 0;
        return false;
    }

    // In an honest file each list belongs to one entry, so that all ranges together are fewer than the bytes they take.
    private static long Budget(DwarfUnit unit) =>
        (long)unit.Section.Bytes.Length + unit.Reader.Sections.Ranges.Length + unit.Section.Sections.RngLists.Length;

    private static void Read(ref DwarfEntryReader entry, List<DwarfAddressRange> ranges)
    {
        ranges.Clear();
        DwarfRangeReader.Read(entry.Unit, DwarfValues.Address(entry.Unit, entry.LowPc), entry.Find(DwarfAttribute.HighPc),
            entry.Find(DwarfAttribute.Ranges), ranges);
    }

    private static bool Contain(List<DwarfAddressRange> ranges, ulong address)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(address))
                return true;
        }
        return false;
    }
}
