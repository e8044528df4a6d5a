namespace Tracer.Elf.Dwarf;

/// <summary>What the size of a form depends on: version, address size and offset size of a unit; and the sizes themselves.</summary>
internal readonly record struct DwarfFormat(byte Version, byte AddressSize, byte OffsetSize)
{
    public const int Variable = -1;
    public const int Unknown = -2;

    /// <summary>The size of a form in bytes, <see cref="Variable"/> when it is found only by reading, or <see cref="Unknown"/>.</summary>
    public int SizeOf(DwarfForm form) => form switch
    {
        DwarfForm.FlagPresent or DwarfForm.ImplicitConst => 0,
        DwarfForm.Data1 or DwarfForm.Flag or DwarfForm.Ref1 or DwarfForm.Strx1 or DwarfForm.Addrx1 => 1,
        DwarfForm.Data2 or DwarfForm.Ref2 or DwarfForm.Strx2 or DwarfForm.Addrx2 => 2,
        DwarfForm.Strx3 or DwarfForm.Addrx3 => 3,
        DwarfForm.Data4 or DwarfForm.Ref4 or DwarfForm.Strx4 or DwarfForm.Addrx4 or DwarfForm.RefSup4 => 4,
        DwarfForm.Data8 or DwarfForm.Ref8 or DwarfForm.RefSig8 or DwarfForm.RefSup8 => 8,
        DwarfForm.Data16 => 16,
        DwarfForm.Addr => AddressSize,
        DwarfForm.Strp or DwarfForm.LineStrp or DwarfForm.SecOffset or DwarfForm.StrpSup
            or DwarfForm.GnuRefAlt or DwarfForm.GnuStrpAlt => OffsetSize,
        // DWARF 2 gave it the size of an address (DWARF 3, 7.5.4 corrected that).
        DwarfForm.RefAddr => Version <= 2 ? AddressSize : OffsetSize,
        DwarfForm.Udata or DwarfForm.Sdata or DwarfForm.RefUdata or DwarfForm.Strx or DwarfForm.Addrx
            or DwarfForm.Loclistx or DwarfForm.Rnglistx or DwarfForm.GnuAddrIndex or DwarfForm.GnuStrIndex
            or DwarfForm.String or DwarfForm.Block or DwarfForm.Block1 or DwarfForm.Block2 or DwarfForm.Block4
            or DwarfForm.Exprloc or DwarfForm.Indirect => Variable,
        _ => Unknown,
    };

    /// <summary>Moves behind a value; an unknown form fails the cursor.</summary>
    public void Skip(ref DwarfCursor cursor, DwarfForm form)
    {
        switch (form)
        {
            case DwarfForm.Udata or DwarfForm.Sdata or DwarfForm.RefUdata or DwarfForm.Strx or DwarfForm.Addrx
                or DwarfForm.Loclistx or DwarfForm.Rnglistx or DwarfForm.GnuAddrIndex or DwarfForm.GnuStrIndex:
                cursor.SkipLeb();
                break;
            case DwarfForm.String:
                cursor.SkipString();
                break;
            case DwarfForm.Block or DwarfForm.Exprloc:
                cursor.Skip(cursor.ReadUleb());
                break;
            case DwarfForm.Block1:
                cursor.Skip(cursor.ReadU8());
                break;
            case DwarfForm.Block2:
                cursor.Skip(cursor.ReadU16());
                break;
            case DwarfForm.Block4:
                cursor.Skip(cursor.ReadU32());
                break;
            case DwarfForm.Indirect:
                Skip(ref cursor, ReadIndirect(ref cursor));
                break;
            default:
                int size = SizeOf(form);
                cursor.Skip(size >= 0 ? (ulong)size : ulong.MaxValue);
                break;
        }
    }

    /// <summary>Reads a value as bits, or as the place and length of its bytes.</summary>
    public DwarfAttributeValue Read(ref DwarfCursor cursor, DwarfForm form, long implicitConst)
    {
        if (form == DwarfForm.Indirect)
            form = ReadIndirect(ref cursor);
        switch (form)
        {
            case DwarfForm.FlagPresent:
                return new(form, 1);
            case DwarfForm.ImplicitConst:
                return new(form, (ulong)implicitConst);
            case DwarfForm.Sdata:
                return new(form, (ulong)cursor.ReadSleb());
            case DwarfForm.Block or DwarfForm.Exprloc:
                return ReadBlock(ref cursor, form, cursor.ReadUleb());
            case DwarfForm.Block1:
                return ReadBlock(ref cursor, form, cursor.ReadU8());
            case DwarfForm.Block2:
                return ReadBlock(ref cursor, form, cursor.ReadU16());
            case DwarfForm.Block4:
                return ReadBlock(ref cursor, form, cursor.ReadU32());
            case DwarfForm.Data16:
                return ReadBlock(ref cursor, form, 16);
            case DwarfForm.String:
                int at = cursor.Position;
                cursor.SkipString();
                return cursor.Failed ? default : new(form, 0, at, cursor.Position - at - 1);
            default:
                ulong bits = SizeOf(form) == Variable ? cursor.ReadUleb() : cursor.ReadUnsigned(SizeOf(form));
                return cursor.Failed ? default : new(form, bits);
        }
    }

    private static DwarfAttributeValue ReadBlock(ref DwarfCursor cursor, DwarfForm form, ulong length)
    {
        int at = cursor.Position;
        cursor.Skip(length);
        return cursor.Failed ? default : new(form, 0, at, (int)length);
    }

    // A form named in the data may not be "indirect" again nor "implicit_const", whose value is in .debug_abbrev (DWARF 5, 7.5.3).
    private static DwarfForm ReadIndirect(ref DwarfCursor cursor)
    {
        ulong form = cursor.ReadUleb();
        return form > ushort.MaxValue || (DwarfForm)form is DwarfForm.Indirect or DwarfForm.ImplicitConst ? DwarfForm.None : (DwarfForm)form;
    }
}
