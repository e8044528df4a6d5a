using System.Buffers.Binary;

namespace Tracer.Elf.Dwarf.Frames;

/// <summary>The sorted table of .eh_frame_hdr (LSB core specification 5.0, 10.6.2), searched in place.</summary>
internal sealed class FrameSearchTable
{
    private const int EntrySize = 8;

    // datarel | sdata4: what every linker writes. Others would not be sorted for a binary search of fixed steps.
    private const byte TableEncoding = 0x3b;

    private readonly ReadOnlyMemory<byte> _entries;
    private readonly ulong _base;

    private FrameSearchTable(ReadOnlyMemory<byte> entries, ulong address, ulong frames)
    {
        _entries = entries;
        _base = address;
        Frames = frames;
    }

    /// <summary>The address of .eh_frame, as linked.</summary>
    public ulong Frames { get; }

    /// <summary>Reads the header; null when it is malformed or has no table to search.</summary>
    /// <param name="section">The bytes from the header on.</param>
    /// <param name="address">Their address as linked.</param>
    public static FrameSearchTable? Read(ReadOnlyMemory<byte> section, ulong address)
    {
        var cursor = new DwarfCursor(section.Span);
        int version = cursor.ReadU8();
        byte frames = cursor.ReadU8(), count = cursor.ReadU8(), table = cursor.ReadU8();
        if (version != 1 || !PointerEncoding.TryRead(ref cursor, frames, address, address, out ulong framesAddress))
            return null;
        if (table != TableEncoding || !PointerEncoding.TryRead(ref cursor, count, address, address, out ulong entries))
            return new(default, address, framesAddress);
        int length = (int)Math.Min(entries, (ulong)(cursor.Remaining / EntrySize)) * EntrySize;
        return new(section.Slice(cursor.Position, length), address, framesAddress);
    }

    /// <summary>Whether there is a table.</summary>
    public bool IsEmpty => _entries.IsEmpty;

    /// <summary>The address of the description that starts last at or before an address.</summary>
    public bool TryFind(ulong address, out ulong description)
    {
        description = 0;
        long wanted = unchecked((long)(address - _base));
        var entries = _entries.Span;
        int low = 0, high = (entries.Length / EntrySize) - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (BinaryPrimitives.ReadInt32LittleEndian(entries[(middle * EntrySize)..]) <= wanted)
                low = middle + 1;
            else
                high = middle - 1;
        }
        if (high < 0)
            return false;
        description = unchecked(_base + (ulong)BinaryPrimitives.ReadInt32LittleEndian(entries[((high * EntrySize) + 4)..]));
        return true;
    }
}
