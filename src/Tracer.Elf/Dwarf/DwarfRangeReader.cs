namespace Tracer.Elf.Dwarf;

/// <summary>Reads the addresses of an entry: DW_AT_low_pc and high_pc, .debug_ranges (DWARF 2 to 4), .debug_rnglists (DWARF 5, 7.25).</summary>
internal static class DwarfRangeReader
{
    // gcc splits a function into a handful of parts; a unit has as many ranges as functions.
    private const int MaxRanges = 1 << 16;

    /// <summary>All ranges of an entry, none when it has no code.</summary>
    public static List<DwarfAddressRange> Read(ref DwarfEntryReader entry)
    {
        var found = new List<DwarfAddressRange>();
        Read(entry.Unit, DwarfValues.Address(entry.Unit, entry.Find(DwarfAttribute.LowPc)), entry.Find(DwarfAttribute.HighPc),
            entry.Find(DwarfAttribute.Ranges), found);
        return found;
    }

    public static void Read(DwarfUnit unit, ulong? low, DwarfAttributeValue high, DwarfAttributeValue ranges, List<DwarfAddressRange> found)
    {
        if (ranges.Exists)
        {
            if (ranges.Form == DwarfForm.Rnglistx || unit.Format.Version >= 5)
                ReadRngList(unit, ranges, found);
            else
                ReadRanges(unit, ranges.Bits + (unit.Section.Kind == DwarfSectionKind.Split ? unit.RangesBase : 0), found);
        }
        else if (low is { } start && high.Exists)
        {
            // A constant is the length (DWARF 4, 2.17.2).
            Add(found, start, DwarfValues.Address(unit, high) ?? unchecked(start + high.Bits));
        }
    }

    private static void ReadRanges(DwarfUnit unit, ulong offset, List<DwarfAddressRange> found)
    {
        // A split unit's ranges stay in the executable.
        var section = unit.Reader.Sections.Ranges;
        if (!TryOpen(unit, section, offset, "ranges", out var cursor))
            return;
        int size = unit.Format.AddressSize;
        ulong newBase = size == 8 ? ulong.MaxValue : uint.MaxValue;
        ulong start = unit.LowPc ?? 0;
        while (found.Count < MaxRanges)
        {
            ulong low = cursor.ReadUnsigned(size), high = cursor.ReadUnsigned(size);
            if (cursor.Failed)
            {
                unit.Reader.Report("DWARF014", $"The list at 0x{offset:x} of .debug_ranges has no end.", (long)offset);
                return;
            }
            if (low == 0 && high == 0)
                return;
            if (low == newBase)
                start = high;
            else
                Add(found, unchecked(start + low), unchecked(start + high));
        }
    }

    private static void ReadRngList(DwarfUnit unit, DwarfAttributeValue value, List<DwarfAddressRange> found)
    {
        var section = unit.Section.Sections.RngLists;
        ulong offset = value.Bits;
        if (value.Form == DwarfForm.Rnglistx)
        {
            if (!DwarfValues.TryIndex(section, unit.RngListsBase, value.Bits, unit.Format.OffsetSize, out offset))
                offset = ulong.MaxValue - unit.RngListsBase;
            offset += unit.RngListsBase;
        }
        if (!TryOpen(unit, section, offset, "rnglists", out var cursor))
            return;
        int size = unit.Format.AddressSize;
        ulong start = unit.LowPc ?? 0;
        while (found.Count < MaxRanges && !cursor.Failed)
        {
            int kind = cursor.ReadU8();
            switch (kind)
            {
                case 0 when !cursor.Failed: // DW_RLE_end_of_list
                    return;
                case 1: // DW_RLE_base_addressx
                    start = DwarfValues.IndexedAddress(unit, cursor.ReadUleb()) ?? 0;
                    break;
                case 2: // DW_RLE_startx_endx
                    Add(found, DwarfValues.IndexedAddress(unit, cursor.ReadUleb()), DwarfValues.IndexedAddress(unit, cursor.ReadUleb()));
                    break;
                case 3: // DW_RLE_startx_length
                    var low = DwarfValues.IndexedAddress(unit, cursor.ReadUleb());
                    Add(found, low, unchecked(low + cursor.ReadUleb()));
                    break;
                case 4: // DW_RLE_offset_pair
                    Add(found, unchecked(start + cursor.ReadUleb()), unchecked(start + cursor.ReadUleb()));
                    break;
                case 5: // DW_RLE_base_address
                    start = cursor.ReadUnsigned(size);
                    break;
                case 6: // DW_RLE_start_end
                    Add(found, cursor.ReadUnsigned(size), cursor.ReadUnsigned(size));
                    break;
                case 7: // DW_RLE_start_length
                    ulong first = cursor.ReadUnsigned(size);
                    Add(found, first, unchecked(first + cursor.ReadUleb()));
                    break;
                default:
                    unit.Reader.Report("DWARF014", $"The list at 0x{offset:x} of .debug_rnglists has no end or an entry of unknown kind {kind}.", (long)offset);
                    return;
            }
        }
    }

    private static bool TryOpen(DwarfUnit unit, ReadOnlyMemory<byte> section, ulong offset, string name, out DwarfCursor cursor)
    {
        cursor = default;
        if (offset >= (ulong)section.Length)
        {
            unit.Reader.Report("DWARF014", $"A list at 0x{offset:x} is outside .debug_{name}.", (long)offset);
            return false;
        }
        cursor = new DwarfCursor(section.Span, (int)offset);
        return true;
    }

    private static void Add(List<DwarfAddressRange> found, ulong? low, ulong? high)
    {
        if (low < high)
            found.Add(new(low.Value, high.Value));
    }
}
