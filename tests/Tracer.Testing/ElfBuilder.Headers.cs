using System.Buffers.Binary;
using Tracer.Elf;

namespace Tracer.Testing;

/// <summary>Writes the records of both classes.</summary>
public sealed partial class ElfBuilder
{
    private void WriteHeader(Span<byte> file, int headerSize, int segmentCount, int sectionTable, int sectionCount)
    {
        "\u007fELF"u8.CopyTo(file);
        file[4] = (byte)_class;
        file[5] = 1;
        file[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(file[16..], (ushort)_type);
        BinaryPrimitives.WriteUInt16LittleEndian(file[18..], (ushort)_machine);
        BinaryPrimitives.WriteUInt32LittleEndian(file[20..], 1);
        var word = Is64 ? 8 : 4;
        WriteAddress(file[24..], _entry);
        WriteAddress(file[(24 + word)..], segmentCount == 0 ? 0 : (ulong)headerSize);
        WriteAddress(file[(24 + (2 * word))..], (ulong)sectionTable);
        var counts = file[(24 + (3 * word) + 4)..];
        var hasSections = sectionTable != 0;
        BinaryPrimitives.WriteUInt16LittleEndian(counts, (ushort)headerSize);
        BinaryPrimitives.WriteUInt16LittleEndian(counts[2..], (ushort)(Is64 ? 56 : 32));
        BinaryPrimitives.WriteUInt16LittleEndian(counts[4..], _extendedNumbering ? (ushort)0xffff : (ushort)segmentCount);
        BinaryPrimitives.WriteUInt16LittleEndian(counts[6..], (ushort)(Is64 ? 64 : 40));
        BinaryPrimitives.WriteUInt16LittleEndian(counts[8..], hasSections && !_extendedNumbering ? (ushort)sectionCount : (ushort)0);
        BinaryPrimitives.WriteUInt16LittleEndian(counts[10..], !hasSections ? (ushort)0 : _extendedNumbering ? (ushort)0xffff : (ushort)(sectionCount - 1));
    }

    private void WriteSegment(Span<byte> at, in ElfSegment s)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, (uint)s.Type);
        BinaryPrimitives.WriteUInt32LittleEndian(at[(Is64 ? 4 : 24)..], (uint)s.Flags);
        ulong[] values = [s.FileOffset, s.VirtualAddress, s.VirtualAddress, s.FileSize, s.MemorySize];
        for (var i = 0; i < values.Length; i++)
            WriteAddress(at[(Is64 ? 8 + (i * 8) : 4 + (i * 4))..], values[i]);
        WriteAddress(at[(Is64 ? 48 : 28)..], s.Alignment);
    }

    private void WriteSection(Span<byte> at, in ElfSection s)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(at, s.NameOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(at[4..], (uint)s.Type);
        var word = Is64 ? 8 : 4;
        ulong[] values = [(ulong)s.Flags, s.Address, s.FileOffset, s.Size];
        for (var i = 0; i < values.Length; i++)
            WriteAddress(at[(8 + (i * word))..], values[i]);
        var rest = at[(8 + (4 * word))..];
        BinaryPrimitives.WriteUInt32LittleEndian(rest, s.Link);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], s.Info);
        WriteAddress(rest[8..], s.Alignment);
        WriteAddress(rest[(8 + word)..], s.EntrySize);
    }

    private void WriteAddress(Span<byte> at, ulong value)
    {
        if (Is64)
            BinaryPrimitives.WriteUInt64LittleEndian(at, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(at, (uint)value);
    }
}
