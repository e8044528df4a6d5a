using System.Text;

namespace Tracer.Elf.Dwarf;

/// <summary>Finds functions by name or address: those on the top level and in namespaces, C++ methods at their definitions.</summary>
public sealed class DwarfSubprograms
{
    private const int MaxOrigins = 8;

    private readonly DwarfReader _reader;

    internal DwarfSubprograms(DwarfReader reader) => _reader = reader;

    /// <summary>Finds the functions with code that have a name, static ones of several files and compiler-made clones included.</summary>
    /// <param name="name">The name as in the source, or the linkage (mangled) name.</param>
    /// <returns>The functions in the order of the file; empty when there is none.</returns>
    public IReadOnlyList<DwarfSubprogram> Find(string name) => Search(name, inlined: false, firstOnly: false);

    /// <summary>Finds the first function with code that has a name; stops there.</summary>
    /// <param name="name">The name as in the source, or the linkage (mangled) name.</param>
    /// <param name="subprogram">The function.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(string name, out DwarfSubprogram subprogram)
    {
        var found = Search(name, inlined: false, firstOnly: true);
        subprogram = found.Count > 0 ? found[0] : null!;
        return found.Count > 0;
    }

    /// <summary>Finds the places where a function was inlined. Walks everything.</summary>
    /// <param name="name">The name as in the source, or the linkage (mangled) name.</param>
    /// <returns>The places in the order of the file.</returns>
    public IReadOnlyList<DwarfSubprogram> FindInlined(string name) => Search(name, inlined: true, firstOnly: false);

    /// <summary>Finds the function whose code an address is in.</summary>
    /// <param name="address">The address as linked.</param>
    /// <param name="subprogram">The function.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFindAt(ulong address, out DwarfSubprogram subprogram)
    {
        var ranges = new List<DwarfAddressRange>();
        // In an honest file each list belongs to one entry, so that all ranges together are fewer than the bytes they take.
        long budget = _reader.UnitSections.Sum(section => (long)section.Bytes.Length + section.Sections.Ranges.Length + section.Sections.RngLists.Length);
        foreach (var section in _reader.UnitSections)
        {
            for (int i = 0; budget >= 0 && section.UnitAt(i) is { } unit; i++)
            {
                if (!unit.TryLoad())
                    continue;
                _reader.CheckSkeleton(unit);
                ranges.Clear();
                DwarfRangeReader.Read(unit.Skeleton ?? unit, unit.LowPc, unit.HighPc, unit.Ranges, ranges);
                budget -= ranges.Count;
                if (ranges.Count > 0 && !Contain(ranges, address))
                    continue;
                var entry = new DwarfEntryReader(unit, unit.FirstEntry);
                entry.MoveNext();
                while (budget >= 0 && entry.MoveNext())
                {
                    if (entry.Tag == DwarfTag.Subprogram && entry.HasCode)
                    {
                        if (Covers(ref entry, address, ranges))
                        {
                            subprogram = new(ref entry);
                            return true;
                        }
                        budget -= ranges.Count;
                    }
                    if (entry.Tag is not (DwarfTag.Namespace or DwarfTag.Module))
                        entry.SkipChildren();
                }
            }
        }
        if (budget < 0)
            _reader.Report("DWARF014", "Range lists are shared by so many entries that the search for an address was given up.", 0);
        subprogram = null!;
        return false;
    }

    private static bool Covers(ref DwarfEntryReader entry, ulong address, List<DwarfAddressRange> ranges)
    {
        ranges.Clear();
        DwarfRangeReader.Read(entry.Unit, DwarfValues.Address(entry.Unit, entry.LowPc), entry.Find(DwarfAttribute.HighPc),
            entry.Find(DwarfAttribute.Ranges), ranges);
        return Contain(ranges, address);
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

    private List<DwarfSubprogram> Search(string name, bool inlined, bool firstOnly)
    {
        ArgumentNullException.ThrowIfNull(name);
        var found = new List<DwarfSubprogram>();
        byte[] wanted = Encoding.UTF8.GetBytes(name);
        if (wanted.Length == 0)
            return found;
        foreach (var section in _reader.UnitSections)
        {
            for (int i = 0; section.UnitAt(i) is { } unit; i++)
            {
                if (!unit.TryLoad())
                    continue;
                _reader.CheckSkeleton(unit);
                SearchUnit(unit, wanted, inlined, firstOnly, found);
                if (firstOnly && found.Count > 0)
                    return found;
            }
        }
        return found;
    }

    private static void SearchUnit(DwarfUnit unit, byte[] wanted, bool inlined, bool firstOnly, List<DwarfSubprogram> found)
    {
        var sought = inlined ? DwarfTag.InlinedSubroutine : DwarfTag.Subprogram;
        var entry = new DwarfEntryReader(unit, unit.FirstEntry);
        entry.MoveNext();
        while (entry.MoveNext())
        {
            if (entry.Tag == sought && entry.HasCode && IsNamed(ref entry, wanted))
            {
                found.Add(new(ref entry));
                if (firstOnly)
                    return;
            }
            // Inlined places are deep within functions; functions themselves are not.
            bool descend = entry.Tag is DwarfTag.Namespace or DwarfTag.Module
                || inlined && entry.Tag is DwarfTag.Subprogram or DwarfTag.LexicalBlock or DwarfTag.InlinedSubroutine;
            if (!descend)
                entry.SkipChildren();
        }
    }

    private static bool IsNamed(ref DwarfEntryReader entry, byte[] wanted)
    {
        if (Matches(ref entry, wanted))
            return true;
        if (entry.Name.Exists || !DwarfValues.TryReference(entry.Unit, entry.Origin, out var at))
            return false;
        for (int i = 0; i < MaxOrigins && at.TryOpen(out var source); i++)
        {
            if (Matches(ref source, wanted))
                return true;
            if (!DwarfValues.TryReference(at.Unit, source.Origin, out at))
                return false;
        }
        return false;
    }

    private static bool Matches(ref DwarfEntryReader entry, byte[] wanted) =>
        DwarfValues.Equals(DwarfValues.StringTail(entry.Unit, entry.Name), wanted)
        || DwarfValues.Equals(DwarfValues.StringTail(entry.Unit, DwarfSubprogram.FindLinkageName(ref entry)), wanted);
}
