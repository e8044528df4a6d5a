namespace Tracer.Elf.Dwarf.Frames;

/// <summary>Reads pointers encoded as the DW_EH_PE_* values say (LSB core specification 5.0, 10.5.1 "DWARF Exception Header Encoding").</summary>
internal static class PointerEncoding
{
    public const byte Absolute = 0x00, PcRelative = 0x10, DataRelative = 0x30, Indirect = 0x80, Omit = 0xff;
    private const byte FormatMask = 0x0f, ApplicationMask = 0x70;

    /// <summary>Reads a pointer; false when its place or meaning cannot be known here.</summary>
    /// <param name="cursor">Stands on the pointer.</param>
    /// <param name="encoding">The encoding.</param>
    /// <param name="sectionAddress">The address of the cursor's first byte, as linked.</param>
    /// <param name="dataBase">What DW_EH_PE_datarel is relative to.</param>
    /// <param name="value">The pointer.</param>
    public static bool TryRead(ref DwarfCursor cursor, byte encoding, ulong sectionAddress, ulong dataBase, out ulong value)
    {
        ulong place = unchecked(sectionAddress + (ulong)cursor.Position);
        value = 0;
        if (encoding == Omit || !TryReadFormat(ref cursor, encoding, out value))
            return false;
        switch (encoding & ApplicationMask)
        {
            case Absolute:
                break;
            case PcRelative:
                value = unchecked(value + place);
                break;
            case DataRelative:
                value = unchecked(value + dataBase);
                break;
            default: // textrel, funcrel and aligned: nobody writes them on x86-64
                return false;
        }
        // An indirect pointer is the address of the pointer, which is in the process and not in the file.
        return (encoding & Indirect) == 0;
    }

    /// <summary>Reads the bare number of an encoding; false when the format is unknown or the bytes end.</summary>
    public static bool TryReadFormat(ref DwarfCursor cursor, byte encoding, out ulong value)
    {
        value = (encoding & FormatMask) switch
        {
            0x00 or 0x04 or 0x0c => cursor.ReadU64(), // absptr, udata8, sdata8
            0x01 => cursor.ReadUleb(),
            0x02 => cursor.ReadU16(),
            0x03 => cursor.ReadU32(),
            0x09 => (ulong)cursor.ReadSleb(),
            0x0a => (ulong)(short)cursor.ReadU16(),
            0x0b => (ulong)(int)cursor.ReadU32(),
            _ => Unknown(ref cursor),
        };
        return !cursor.Failed;
    }

    private static ulong Unknown(ref DwarfCursor cursor)
    {
        cursor.Skip(ulong.MaxValue);
        return 0;
    }
}
