namespace Tracer.Elf.Dwarf;

/// <summary>Reads where a parameter is: an expression, or a list in .debug_loc (DWARF 2 to 4) or .debug_loclists (DWARF 5, 7.29).</summary>
internal static class DwarfLocationReader
{
    private const int MaxEntries = 1 << 14;

    /// <summary>All that is known of the place, in the order of the file; nothing when the attribute is absent or unreadable.</summary>
    public static IReadOnlyList<DwarfLocation> Read(DwarfUnit unit, DwarfAttributeValue value)
    {
        if (!value.Exists)
            return [];
        if (value.IsBlock)
            return [new(null, Expression(unit, unit.Section.Bytes, value.BlockOffset, value.BlockLength))];
        var found = new List<DwarfLocation>();
        if (value.Form == DwarfForm.Loclistx || unit.Format.Version >= 5)
            ReadLocLists(unit, value, found);
        else
            ReadLoc(unit, value.Bits, found);
        return found;
    }

    private static DwarfExpression Expression(DwarfUnit unit, ReadOnlyMemory<byte> section, int offset, int length) =>
        new(section.Slice(offset, length), unit.Format.AddressSize, unit.Format.OffsetSize);

    private static void ReadLoc(DwarfUnit unit, ulong offset, List<DwarfLocation> found)
    {
        // GNU's split DWARF 4 has a list format of its own in .debug_loc.dwo.
        var section = unit.Section.Sections.Loc;
        if (unit.Section.Kind == DwarfSectionKind.Split || !TryOpen(unit, section, offset, out var cursor))
            return;
        int size = unit.Format.AddressSize;
        ulong newBase = size == 8 ? ulong.MaxValue : uint.MaxValue;
        ulong start = unit.LowPc ?? 0;
        while (found.Count < MaxEntries)
        {
            ulong low = cursor.ReadUnsigned(size), high = cursor.ReadUnsigned(size);
            if (low == 0 && high == 0 && !cursor.Failed)
                return;
            if (low == newBase)
            {
                start = high;
                continue;
            }
            int length = cursor.ReadU16(), at = cursor.Position;
            cursor.Skip((ulong)length);
            if (cursor.Failed)
            {
                unit.Reader.Report("DWARF014", $"The list at 0x{offset:x} of .debug_loc has no end.", (long)offset);
                return;
            }
            found.Add(new(new(unchecked(start + low), unchecked(start + high)), Expression(unit, section, at, length)));
        }
    }

    private static void ReadLocLists(DwarfUnit unit, DwarfAttributeValue value, List<DwarfLocation> found)
    {
        var section = unit.Section.Sections.LocLists;
        ulong offset = value.Bits;
        if (value.Form == DwarfForm.Loclistx)
        {
            if (!DwarfValues.TryIndex(section, unit.LocListsBase, value.Bits, unit.Format.OffsetSize, out offset))
                offset = ulong.MaxValue - unit.LocListsBase;
            offset += unit.LocListsBase;
        }
        if (!TryOpen(unit, section, offset, out var cursor))
            return;
        int size = unit.Format.AddressSize;
        ulong start = unit.LowPc ?? 0;
        while (found.Count < MaxEntries)
        {
            int kind = cursor.ReadU8();
            ulong? low = null, high = null;
            bool everywhere = false;
            switch (kind)
            {
                case 0 when !cursor.Failed: // DW_LLE_end_of_list
                    return;
                case 1: // DW_LLE_base_addressx
                    start = DwarfValues.IndexedAddress(unit, cursor.ReadUleb()) ?? 0;
                    continue;
                case 2: // DW_LLE_startx_endx
                    low = DwarfValues.IndexedAddress(unit, cursor.ReadUleb());
                    high = DwarfValues.IndexedAddress(unit, cursor.ReadUleb());
                    break;
                case 3: // DW_LLE_startx_length
                    low = DwarfValues.IndexedAddress(unit, cursor.ReadUleb());
                    high = unchecked(low + cursor.ReadUleb());
                    break;
                case 4: // DW_LLE_offset_pair
                    low = unchecked(start + cursor.ReadUleb());
                    high = unchecked(start + cursor.ReadUleb());
                    break;
                case 5: // DW_LLE_default_location
                    everywhere = true;
                    break;
                case 6: // DW_LLE_base_address
                    start = cursor.ReadUnsigned(size);
                    continue;
                case 7: // DW_LLE_start_end
                    low = cursor.ReadUnsigned(size);
                    high = cursor.ReadUnsigned(size);
                    break;
                case 8: // DW_LLE_start_length
                    low = cursor.ReadUnsigned(size);
                    high = unchecked(low + cursor.ReadUleb());
                    break;
                case 9: // DW_LLE_view_pair, gcc's extension: line views, of no use here
                    cursor.SkipLeb();
                    cursor.SkipLeb();
                    continue;
                default:
                    cursor.Skip(ulong.MaxValue);
                    break;
            }
            ulong length = cursor.ReadUleb();
            int at = cursor.Position;
            cursor.Skip(length);
            if (cursor.Failed)
            {
                unit.Reader.Report("DWARF014", $"The list at 0x{offset:x} of .debug_loclists has no end or an entry of unknown kind {kind}.", (long)offset);
                return;
            }
            var expression = Expression(unit, section, at, (int)length);
            if (everywhere)
                found.Add(new(null, expression));
            else if (low is { } first && high is { } last)
                found.Add(new(new(first, last), expression));
        }
    }

    private static bool TryOpen(DwarfUnit unit, ReadOnlyMemory<byte> section, ulong offset, out DwarfCursor cursor)
    {
        cursor = default;
        if (offset >= (ulong)section.Length)
        {
            unit.Reader.Report("DWARF014", $"A location list at 0x{offset:x} is outside its section.", (long)offset);
            return false;
        }
        cursor = new DwarfCursor(section.Span, (int)offset);
        return true;
    }
}
