namespace Tracer.Elf.Dwarf.Lines;

/// <summary>
/// Which units may have the code at an address, built once: from .debug_aranges where it speaks of a unit, else from the unit's own
/// ranges, else (a unit without either) from its line table.
/// </summary>
internal sealed class UnitRangeIndex
{
    // Ranges of different units overlap only in damaged files; so many are looked at.
    private const int MaxLookBack = 16;

    private readonly List<(DwarfAddressRange Range, DwarfUnit Unit)> _ranges = [];

    public UnitRangeIndex(DwarfReader reader, Func<DwarfUnit, LineTable?> tableOf)
    {
        var section = reader.UnitSections[0];
        var known = new HashSet<DwarfUnit>();
        // A range costs 16 bytes of the section at least.
        ArangesReader.Read(reader.Sections.Aranges.Span, (offset, range) =>
        {
            if (section.Find(offset, includeHeader: true) is not { } unit || (ulong)unit.Offset != offset)
                return;
            known.Add(unit);
            _ranges.Add((range, unit));
        });
        long budget = (long)section.Bytes.Length + reader.Sections.Ranges.Length + reader.Sections.RngLists.Length;
        var ranges = new List<DwarfAddressRange>();
        for (int i = 0; budget >= 0 && section.UnitAt(i) is { } unit; i++)
        {
            if (known.Contains(unit) || unit.Kind is DwarfUnitKind.Type or DwarfUnitKind.SplitType || !unit.TryLoad())
                continue;
            ranges.Clear();
            DwarfRangeReader.Read(unit, unit.LowPc, unit.HighPc, unit.Ranges, ranges);
            if (ranges.Count == 0 && tableOf(unit) is { } table)
            {
                foreach (ref readonly var sequence in table.Sequences)
                    ranges.Add(new(sequence.Low, sequence.High));
            }
            budget -= ranges.Count;
            foreach (var range in ranges)
                _ranges.Add((range, unit));
        }
        _ranges.Sort((a, b) => a.Range.Low.CompareTo(b.Range.Low));
    }

    /// <summary>The unit whose range starts last at or before an address and contains it.</summary>
    public DwarfUnit? Find(ulong address)
    {
        int low = 0, high = _ranges.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].Range.Low <= address)
                low = middle + 1;
            else
                high = middle - 1;
        }
        for (int i = high; i >= 0 && i > high - MaxLookBack; i--)
        {
            if (_ranges[i].Range.Contains(address))
                return _ranges[i].Unit;
        }
        return null;
    }
}
