using System.Buffers.Binary;
using System.Text;

namespace Tracer.Elf.Dwarf;

/// <summary>Gives attribute values their meaning: references, strings, addresses. Whatever points nowhere gives "nothing" and a diagnostic.</summary>
internal static class DwarfValues
{
    /// <summary>A reference by offset within its unit, as an offset in the section. The unit's end counts as inside: siblings point there.</summary>
    public static bool TryReferenceInUnit(DwarfUnit unit, DwarfAttributeValue value, out int offset)
    {
        offset = 0;
        bool local = value.Form is DwarfForm.Ref1 or DwarfForm.Ref2 or DwarfForm.Ref4 or DwarfForm.Ref8 or DwarfForm.RefUdata;
        ulong start = local ? (ulong)unit.Offset : 0;
        if (!local && value.Form != DwarfForm.RefAddr || value.Bits > (ulong)unit.End - start)
            return false;
        offset = (int)(start + value.Bits);
        return offset >= unit.FirstEntry;
    }

    /// <summary>Any reference, also to other units, type units and supplementary files, as a loaded unit and an offset in its section.</summary>
    public static bool TryReference(DwarfUnit unit, DwarfAttributeValue value, out DwarfEntryRef target)
    {
        target = default;
        switch (value.Form)
        {
            case DwarfForm.None:
                return false;
            case DwarfForm.RefAddr:
                return TryAt(unit, unit.Section, value, out target);
            case DwarfForm.RefSig8:
                if (unit.Reader.FindTypeUnit(value.Bits) is { } type && type.TryLoad()
                    && type.TypeOffset < (ulong)(type.End - type.Offset))
                {
                    target = new(type, type.Offset + (int)type.TypeOffset);
                    return target.Offset >= type.FirstEntry;
                }
                unit.Reader.Report("DWARF013", $"No type unit has the signature 0x{value.Bits:x16}.", unit.Offset);
                return false;
            case DwarfForm.GnuRefAlt or DwarfForm.RefSup4 or DwarfForm.RefSup8:
                if (unit.Reader.SupplementaryInfo is { } supplementary)
                    return TryAt(unit, supplementary, value, out target);
                unit.Reader.Report("DWARF012", "An entry refers to the supplementary (dwz) file, which was not given.", unit.Offset);
                return false;
            default:
                if (TryReferenceInUnit(unit, value, out int offset) && offset < unit.End)
                {
                    target = new(unit, offset);
                    return true;
                }
                unit.Reader.Report("DWARF008", $"A reference ({value.Form} 0x{value.Bits:x}) in the unit at 0x{unit.Offset:x} leads outside it.", unit.Offset);
                return false;
        }
    }

    /// <summary>
    /// The bytes from the start of a string to the end of the section that has it; the NUL is sought only by who needs the end.
    /// Empty when there is none.
    /// </summary>
    public static ReadOnlySpan<byte> StringTail(DwarfUnit unit, DwarfAttributeValue value)
    {
        var sections = unit.Section.Sections;
        switch (value.Form)
        {
            case DwarfForm.None:
                return default;
            case DwarfForm.String:
                return unit.Section.Bytes.Span.Slice(value.BlockOffset, value.BlockLength + 1);
            case DwarfForm.Strp:
                return Tail(unit, sections.Str, value.Bits);
            case DwarfForm.LineStrp:
                return Tail(unit, sections.LineStr, value.Bits);
            case DwarfForm.Strx or DwarfForm.Strx1 or DwarfForm.Strx2 or DwarfForm.Strx3 or DwarfForm.Strx4 or DwarfForm.GnuStrIndex:
                return TryIndex(sections.StrOffsets, unit.StrOffsetsBase, value.Bits, unit.Format.OffsetSize, out ulong offset)
                    ? Tail(unit, sections.Str, offset)
                    : Tail(unit, default, value.Bits);
            case DwarfForm.GnuStrpAlt or DwarfForm.StrpSup:
                if (unit.Reader.SupplementaryInfo is { } supplementary)
                    return Tail(unit, supplementary.Sections.Str, value.Bits);
                unit.Reader.Report("DWARF012", "A name is in the supplementary (dwz) file, which was not given.", unit.Offset);
                return default;
            default:
                return default;
        }
    }

    /// <summary>Whether a string is exactly these bytes.</summary>
    public static bool Equals(ReadOnlySpan<byte> tail, ReadOnlySpan<byte> wanted) =>
        tail.Length > wanted.Length && tail[wanted.Length] == 0 && tail.StartsWith(wanted);

    /// <summary>A string as text, or null when there is none; malformed UTF-8 is replaced.</summary>
    public static string? Text(DwarfUnit unit, DwarfAttributeValue value)
    {
        var tail = StringTail(unit, value);
        int length = tail.IndexOf((byte)0);
        return length < 0 ? null : Encoding.UTF8.GetString(tail[..length]);
    }

    /// <summary>An address, directly or by its index in .debug_addr; null when it is neither.</summary>
    public static ulong? Address(DwarfUnit unit, DwarfAttributeValue value) => value.Form switch
    {
        DwarfForm.Addr => value.Bits,
        DwarfForm.Addrx or DwarfForm.Addrx1 or DwarfForm.Addrx2 or DwarfForm.Addrx3 or DwarfForm.Addrx4 or DwarfForm.GnuAddrIndex
            => IndexedAddress(unit, value.Bits),
        _ => null,
    };

    /// <summary>The address with this number in the unit's part of .debug_addr; split units use the executable's.</summary>
    public static ulong? IndexedAddress(DwarfUnit unit, ulong index)
    {
        var section = unit.Reader.Sections.Addr;
        if (TryIndex(section, unit.AddrBase, index, unit.Format.AddressSize, out ulong address))
            return address;
        unit.Reader.Report("DWARF016", $"The address index {index} is outside .debug_addr.", unit.Offset);
        return null;
    }

    /// <summary>Reads item <paramref name="index"/> of an array of 4 or 8 byte values at <paramref name="start"/> of a section.</summary>
    public static bool TryIndex(ReadOnlyMemory<byte> section, ulong start, ulong index, int size, out ulong value)
    {
        value = 0;
        ulong length = (ulong)section.Length;
        if (start > length || index >= (length - start) / (ulong)size)
            return false;
        var item = section.Span[(int)(start + index * (ulong)size)..];
        value = size == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(item) : BinaryPrimitives.ReadUInt32LittleEndian(item);
        return true;
    }

    private static bool TryAt(DwarfUnit from, DwarfUnitSection section, DwarfAttributeValue value, out DwarfEntryRef target)
    {
        if (section.Find(value.Bits) is { } unit && unit.TryLoad())
        {
            target = new(unit, (int)value.Bits);
            return true;
        }
        from.Reader.Report("DWARF008", $"A reference to offset 0x{value.Bits:x} leads to no unit.", from.Offset);
        target = default;
        return false;
    }

    private static ReadOnlySpan<byte> Tail(DwarfUnit unit, ReadOnlyMemory<byte> section, ulong offset)
    {
        if (offset < (ulong)section.Length)
            return section.Span[(int)offset..];
        unit.Reader.Report("DWARF010", $"A string's offset or index 0x{offset:x} is outside its section.", unit.Offset);
        return default;
    }
}
