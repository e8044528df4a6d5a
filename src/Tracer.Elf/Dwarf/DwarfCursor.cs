using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Tracer.Elf.Dwarf;

/// <summary>
/// A forward reader of little-endian bytes. A read beyond the end gives zero, moves to the end and sets <see cref="Failed"/>,
/// so that a caller checks once after a group of reads and no loop goes on for ever.
/// </summary>
internal ref struct DwarfCursor
{
    private readonly ReadOnlySpan<byte> _data;

    public DwarfCursor(ReadOnlySpan<byte> data, int position = 0)
    {
        _data = data;
        Position = position;
        if ((uint)position > (uint)data.Length)
            Fail();
    }

    public int Position { get; private set; }

    public bool Failed { get; private set; }

    public readonly bool AtEnd => Position >= _data.Length;

    public readonly int Remaining => _data.Length - Position;

    /// <summary>A reader of the same bytes at another place; it has failed when that is outside, or when this one has.</summary>
    public readonly DwarfCursor At(int position)
    {
        var cursor = new DwarfCursor(_data, position);
        cursor.Failed |= Failed;
        return cursor;
    }

    public byte ReadU8()
    {
        int at = Position;
        if ((uint)at >= (uint)_data.Length)
            return (byte)Fail();
        Position = at + 1;
        return _data[at];
    }

    public ushort ReadU16() => Take(2, out int at) ? BinaryPrimitives.ReadUInt16LittleEndian(_data[at..]) : (ushort)0;

    public uint ReadU24() => Take(3, out int at) ? (uint)(_data[at] | _data[at + 1] << 8 | _data[at + 2] << 16) : 0;

    public uint ReadU32() => Take(4, out int at) ? BinaryPrimitives.ReadUInt32LittleEndian(_data[at..]) : 0;

    public ulong ReadU64() => Take(8, out int at) ? BinaryPrimitives.ReadUInt64LittleEndian(_data[at..]) : 0;

    /// <summary>An unsigned value of 1, 2, 3, 4 or 8 bytes; other sizes fail.</summary>
    public ulong ReadUnsigned(int size) => size switch
    {
        1 => ReadU8(),
        2 => ReadU16(),
        3 => ReadU24(),
        4 => ReadU32(),
        8 => ReadU64(),
        _ => Fail(),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadUleb()
    {
        int at = Position;
        if ((uint)at < (uint)_data.Length && _data[at] < 0x80)
        {
            Position = at + 1;
            return _data[at];
        }
        return ReadLongUleb();
    }

    public long ReadSleb()
    {
        long value = 0;
        int shift = 0;
        while (true)
        {
            if (AtEnd)
                return (long)Fail();
            byte next = _data[Position++];
            if (shift < 64)
                value |= (long)(next & 0x7f) << shift;
            shift += 7;
            if (next < 0x80)
            {
                if (shift < 64 && (next & 0x40) != 0)
                    value |= -1L << shift;
                return value;
            }
        }
    }

    public void Skip(ulong count)
    {
        if (count > (ulong)Remaining)
            Fail();
        else
            Position += (int)count;
    }

    public void SkipLeb()
    {
        while (!AtEnd)
        {
            if (_data[Position++] < 0x80)
                return;
        }
        Fail();
    }

    /// <summary>Moves behind the NUL that ends the string here.</summary>
    public void SkipString()
    {
        int length = _data[Position..].IndexOf((byte)0);
        if (length < 0)
            Fail();
        else
            Position += length + 1;
    }

    // Bits beyond the 64th are dropped: padding with 0x80 bytes is legal (DWARF 5, 7.6), and a longer value is no offset of ours.
    private ulong ReadLongUleb()
    {
        ulong value = 0;
        int shift = 0;
        while (true)
        {
            if (AtEnd)
                return Fail();
            byte next = _data[Position++];
            if (shift < 64)
                value |= (ulong)(next & 0x7f) << shift;
            shift += 7;
            if (next < 0x80)
                return value;
        }
    }

    private bool Take(int size, out int at)
    {
        at = Position;
        if (size > _data.Length - at)
        {
            Fail();
            return false;
        }
        Position = at + size;
        return true;
    }

    private ulong Fail()
    {
        Failed = true;
        Position = _data.Length;
        return 0;
    }
}
