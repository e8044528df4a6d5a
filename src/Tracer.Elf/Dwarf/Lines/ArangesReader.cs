namespace Tracer.Elf.Dwarf.Lines;

/// <summary>Reads .debug_aranges (DWARF 5, 6.1.2): which unit has the code of an address, without reading the units.</summary>
internal static class ArangesReader
{
    /// <summary>Calls back for every range with the offset of its unit; returns early at the first set that makes no sense.</summary>
    public static void Read(ReadOnlySpan<byte> section, Action<ulong, DwarfAddressRange> found)
    {
        int at = 0;
        while (at < section.Length)
        {
            var cursor = new DwarfCursor(section, at);
            int offsetSize = 4;
            ulong length = cursor.ReadU32();
            if (length == 0xffffffff)
            {
                offsetSize = 8;
                length = cursor.ReadU64();
            }
            if (cursor.Failed || length == 0 || length > (ulong)cursor.Remaining)
                return;
            int end = cursor.Position + (int)length;
            int version = cursor.ReadU16();
            ulong unit = cursor.ReadUnsigned(offsetSize);
            int addressSize = cursor.ReadU8(), segmentSize = cursor.ReadU8();
            if (version == 2 && addressSize is 4 or 8 && segmentSize == 0)
                ReadTuples(section[..end], at, cursor.Position, addressSize, unit, found);
            at = end;
        }
    }

    private static void ReadTuples(ReadOnlySpan<byte> section, int start, int position, int addressSize, ulong unit, Action<ulong, DwarfAddressRange> found)
    {
        // The first tuple is aligned to its size, counted from the start of the set.
        int tuple = 2 * addressSize;
        int aligned = start + ((position - start + tuple - 1) / tuple * tuple);
        if (aligned > section.Length)
            return;
        var cursor = new DwarfCursor(section, aligned);
        while (cursor.Remaining >= tuple)
        {
            ulong low = cursor.ReadUnsigned(addressSize), size = cursor.ReadUnsigned(addressSize);
            if (low == 0 && size == 0)
                return;
            ulong high = unchecked(low + size);
            if (low != 0 && high > low)
                found(unit, new(low, high));
        }
    }
}
