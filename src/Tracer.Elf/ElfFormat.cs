using System.Buffers.Binary;

namespace Tracer.Elf;

/// <summary>Reads the records whose layout depends on the ELF class (gABI, elf.h Elf32_* and Elf64_*), little-endian.</summary>
internal static class ElfFormat
{
    public static int HeaderSize(ElfClass elfClass) => elfClass == ElfClass.Elf64 ? 64 : 52;

    public static int SegmentSize(ElfClass elfClass) => elfClass == ElfClass.Elf64 ? 56 : 32;

    public static int SectionSize(ElfClass elfClass) => elfClass == ElfClass.Elf64 ? 64 : 40;

    public static int SymbolSize(ElfClass elfClass) => elfClass == ElfClass.Elf64 ? 24 : 16;

    public static int AddressSize(ElfClass elfClass) => elfClass == ElfClass.Elf64 ? 8 : 4;

    public static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    public static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    public static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);

    public static ulong Address(ElfClass elfClass, ReadOnlySpan<byte> bytes, int offset) =>
        elfClass == ElfClass.Elf64 ? U64(bytes, offset) : U32(bytes, offset);

    /// <summary>Decodes a program header of at least <see cref="SegmentSize"/> bytes.</summary>
    public static ElfSegment Segment(ElfClass elfClass, ReadOnlySpan<byte> b) => elfClass == ElfClass.Elf64
        ? new((ElfSegmentType)U32(b, 0), (ElfSegmentFlags)U32(b, 4), U64(b, 8), U64(b, 16), U64(b, 32), U64(b, 40), U64(b, 48))
        : new((ElfSegmentType)U32(b, 0), (ElfSegmentFlags)U32(b, 24), U32(b, 4), U32(b, 8), U32(b, 16), U32(b, 20), U32(b, 28));

    /// <summary>Decodes a section header of at least <see cref="SectionSize"/> bytes.</summary>
    public static ElfSection Section(ElfClass elfClass, ReadOnlySpan<byte> b) => elfClass == ElfClass.Elf64
        ? new(U32(b, 0), (ElfSectionType)U32(b, 4), (ElfSectionFlags)U64(b, 8), U64(b, 16), U64(b, 24), U64(b, 32),
            U32(b, 40), U32(b, 44), U64(b, 48), U64(b, 56))
        : new(U32(b, 0), (ElfSectionType)U32(b, 4), (ElfSectionFlags)U32(b, 8), U32(b, 12), U32(b, 16), U32(b, 20),
            U32(b, 24), U32(b, 28), U32(b, 32), U32(b, 36));

    /// <summary>Decodes a symbol of at least <see cref="SymbolSize"/> bytes.</summary>
    public static ElfSymbol Symbol(ElfClass elfClass, ReadOnlySpan<byte> b, int index) => elfClass == ElfClass.Elf64
        ? new(index, U32(b, 0), U64(b, 8), U64(b, 16), (ElfSymbolType)(b[4] & 15), (ElfSymbolBinding)(b[4] >> 4), U16(b, 6))
        : new(index, U32(b, 0), U32(b, 4), U32(b, 8), (ElfSymbolType)(b[12] & 15), (ElfSymbolBinding)(b[12] >> 4), U16(b, 14));

    /// <summary>
    /// The bytes of <paramref name="strings"/> from <paramref name="offset"/> to the next zero; empty when there is no such string.
    /// </summary>
    public static ReadOnlySpan<byte> String(ReadOnlySpan<byte> strings, ulong offset)
    {
        if (offset >= (ulong)strings.Length)
            return default;
        var tail = strings[(int)offset..];
        var end = tail.IndexOf((byte)0);
        return end < 0 ? default : tail[..end];
    }

    /// <summary>Whether the zero-terminated string at <paramref name="offset"/> is exactly <paramref name="value"/>.</summary>
    public static bool IsStringAt(ReadOnlySpan<byte> strings, ulong offset, ReadOnlySpan<byte> value)
    {
        if (offset >= (ulong)strings.Length)
            return false;
        var tail = strings[(int)offset..];
        return tail.Length > value.Length && tail[value.Length] == 0 && tail.StartsWith(value);
    }

    /// <summary>The part of <paramref name="file"/> that offset and size name, when it lies inside.</summary>
    public static bool TrySlice(ReadOnlyMemory<byte> file, ulong offset, ulong size, out ReadOnlyMemory<byte> slice)
    {
        if (offset > (ulong)file.Length || size > (ulong)file.Length - offset)
        {
            slice = default;
            return false;
        }
        slice = file.Slice((int)offset, (int)size);
        return true;
    }
}
