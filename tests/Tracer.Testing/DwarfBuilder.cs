using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Tracer.Elf.Dwarf;

namespace Tracer.Testing;

/// <summary>
/// Writes debugging sections for tests: units of any version and format, one shared table of abbreviations, strings and indexed
/// strings and addresses. It checks nothing, so that tests can write nonsense as well.
/// </summary>
public sealed class DwarfBuilder
{
    private readonly List<DwarfUnitBuilder> _units = [];
    private readonly Dictionary<string, int> _abbreviationCodes = [];
    private readonly Dictionary<string, int> _strings = [];
    private readonly List<byte> _abbrev = [];
    private readonly List<byte> _str = [];
    private readonly List<byte> _strOffsets = [];
    private readonly List<byte> _addr = [];
    private List<byte> _out = [];
    private int _headerSize;

    /// <summary>The supplementary file, if any.</summary>
    public DwarfSections? Supplementary { get; set; }

    /// <summary>Split files.</summary>
    public IReadOnlyList<DwarfSections> Split { get; set; } = [];

    /// <summary>.debug_rnglists, as written by the test.</summary>
    public byte[] RngLists { get; set; } = [];

    /// <summary>.debug_ranges, as written by the test.</summary>
    public byte[] Ranges { get; set; } = [];

    /// <summary>.debug_loclists, as written by the test.</summary>
    public byte[] LocLists { get; set; } = [];

    /// <summary>.debug_loc, as written by the test.</summary>
    public byte[] Loc { get; set; } = [];

    /// <summary>Adds a unit; units of version 4 and kind Type go to .debug_types.</summary>
    public DwarfUnitBuilder AddUnit(int version = 5, bool wide = false, int addressSize = 8, DwarfUnitKind kind = DwarfUnitKind.Compile, ulong signature = 0)
    {
        var tag = kind switch
        {
            DwarfUnitKind.Partial => DwarfTag.PartialUnit,
            DwarfUnitKind.Type or DwarfUnitKind.SplitType => DwarfTag.TypeUnit,
            DwarfUnitKind.Skeleton when version >= 5 => DwarfTag.SkeletonUnit,
            _ => DwarfTag.CompileUnit,
        };
        var unit = new DwarfUnitBuilder(tag) { Version = version, Wide = wide, AddressSize = addressSize, Kind = kind, Signature = signature };
        _units.Add(unit);
        return unit;
    }

    /// <summary>Writes all units.</summary>
    public DwarfSections Build()
    {
        byte[] info = [], types = [];
        // References need the offsets of what is written later: the first round finds them (no size depends on a value), the second writes them.
        for (int round = 0; round < 2; round++)
        {
            _strOffsets.Clear();
            _addr.Clear();
            // Contributions start behind a header (length, version, padding / address sizes); the wide one is 16 bytes.
            _headerSize = _units.Any(unit => unit.Wide) ? 16 : 8;
            _strOffsets.AddRange(new byte[_headerSize]);
            _addr.AddRange(new byte[_headerSize]);
            info = WriteUnits(unit => !IsInTypes(unit));
            types = WriteUnits(IsInTypes);
        }
        return new DwarfSections
        {
            Info = info,
            Types = types,
            Abbrev = (byte[])[.. _abbrev, 0],
            Str = _str.ToArray(),
            LineStr = _str.ToArray(),
            StrOffsets = _strOffsets.ToArray(),
            Addr = _addr.ToArray(),
            RngLists = RngLists,
            Ranges = Ranges,
            LocLists = LocLists,
            Loc = Loc,
            Supplementary = Supplementary,
            Split = Split,
        };
    }

    /// <summary>A number as LEB128, unsigned.</summary>
    public static byte[] Uleb(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }

    /// <summary>A number as LEB128, signed.</summary>
    public static byte[] Sleb(long value)
    {
        var bytes = new List<byte>();
        for (; value is < -64 or > 63; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)(value & 0x7f)];
    }

    private static bool IsInTypes(DwarfUnitBuilder unit) => unit is { Version: < 5, Kind: DwarfUnitKind.Type or DwarfUnitKind.SplitType };

    private byte[] WriteUnits(Func<DwarfUnitBuilder, bool> where)
    {
        _out = [];
        foreach (var unit in _units.Where(where))
        {
            unit.Offset = _out.Count;
            if (unit.Wide)
                Fixed(0xffffffff, 4);
            int lengthAt = _out.Count;
            Fixed(0, unit.OffsetSize);
            int start = _out.Count;
            Fixed((ulong)unit.Version, 2);
            if (unit.Version >= 5)
            {
                _out.Add((byte)unit.Kind);
                _out.Add((byte)unit.AddressSize);
            }
            Fixed(0, unit.OffsetSize);
            if (unit.Version < 5)
                _out.Add((byte)unit.AddressSize);
            bool isType = unit.Kind is DwarfUnitKind.Type or DwarfUnitKind.SplitType;
            if (isType || unit.Version >= 5 && unit.Kind is DwarfUnitKind.Skeleton or DwarfUnitKind.SplitCompile)
                Fixed(unit.Signature, 8);
            if (isType)
                Fixed((ulong)((unit.SignatureType?.Offset ?? 0) - unit.Offset), unit.OffsetSize);
            Write(unit.Root, unit);
            byte[] length = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, _out.Count - start);
            for (int i = 0; i < unit.OffsetSize; i++)
                _out[lengthAt + i] = length[i];
        }
        return [.. _out];
    }

    private void Write(DwarfEntryBuilder entry, DwarfUnitBuilder unit)
    {
        entry.Offset = _out.Count;
        entry.Unit = unit;
        _out.AddRange(Uleb((ulong)AbbreviationOf(entry)));
        foreach (var (name, form, value) in entry.Attributes)
            WriteValue(entry, name, form, value, unit);
        foreach (var child in entry.Children)
            Write(child, unit);
        if (entry.Children.Count > 0)
            _out.Add(0);
        entry.End = _out.Count;
    }

    private void WriteValue(DwarfEntryBuilder entry, DwarfAttribute name, DwarfForm form, object value, DwarfUnitBuilder unit)
    {
        switch (form)
        {
            case DwarfForm.FlagPresent or DwarfForm.ImplicitConst:
                break;
            case DwarfForm.String:
                _out.AddRange([.. Encoding.UTF8.GetBytes((string)value), 0]);
                break;
            case DwarfForm.Strp or DwarfForm.LineStrp or DwarfForm.StrpSup or DwarfForm.GnuStrpAlt:
                Fixed(value is string text ? (ulong)StringOffset(text) : Number(value), unit.OffsetSize);
                break;
            case DwarfForm.Strx or DwarfForm.GnuStrIndex:
                _out.AddRange(Uleb(Index(_strOffsets, (ulong)StringOffset((string)value), unit.OffsetSize)));
                break;
            case DwarfForm.Strx1 or DwarfForm.Strx2 or DwarfForm.Strx3 or DwarfForm.Strx4:
                Fixed(Index(_strOffsets, (ulong)StringOffset((string)value), unit.OffsetSize), form - DwarfForm.Strx1 + 1);
                break;
            case DwarfForm.Addrx or DwarfForm.GnuAddrIndex:
                _out.AddRange(Uleb(Index(_addr, Number(value), unit.AddressSize)));
                break;
            case DwarfForm.Addrx1 or DwarfForm.Addrx2 or DwarfForm.Addrx3 or DwarfForm.Addrx4:
                Fixed(Index(_addr, Number(value), unit.AddressSize), form - DwarfForm.Addrx1 + 1);
                break;
            case DwarfForm.Exprloc or DwarfForm.Block:
                _out.AddRange([.. Uleb((ulong)((byte[])value).Length), .. (byte[])value]);
                break;
            case DwarfForm.Block1 or DwarfForm.Block2 or DwarfForm.Block4:
                Fixed((ulong)((byte[])value).Length, form switch { DwarfForm.Block1 => 1, DwarfForm.Block2 => 2, _ => 4 });
                _out.AddRange((byte[])value);
                break;
            case DwarfForm.Data16:
                _out.AddRange((byte[])value);
                break;
            case DwarfForm.Sdata:
                _out.AddRange(Sleb((long)Number(value)));
                break;
            case DwarfForm.Udata or DwarfForm.Loclistx or DwarfForm.Rnglistx:
                _out.AddRange(Uleb(Number(value)));
                break;
            case DwarfForm.RefUdata:
                // Always four bytes long, so that it does not move what follows.
                ulong offset = Reference(entry, name, form, value, unit);
                _out.AddRange([(byte)(offset | 0x80), (byte)(offset >> 7 | 0x80), (byte)(offset >> 14 | 0x80), (byte)(offset >> 21 & 0x7f)]);
                break;
            case DwarfForm.Indirect:
                var (inner, innerValue) = ((DwarfForm, object))value;
                _out.AddRange(Uleb((ulong)inner));
                WriteValue(entry, name, inner, innerValue, unit);
                break;
            default:
                Fixed(Reference(entry, name, form, value, unit), SizeOf(form, unit));
                break;
        }
    }

    private static ulong Reference(DwarfEntryBuilder entry, DwarfAttribute name, DwarfForm form, object value, DwarfUnitBuilder unit)
    {
        if (value is not DwarfEntryBuilder target)
            return Number(value);
        int offset = name == DwarfAttribute.Sibling && target == entry ? entry.End : target.Offset;
        bool isGlobal = form is DwarfForm.RefAddr or DwarfForm.GnuRefAlt or DwarfForm.RefSup4 or DwarfForm.RefSup8 or DwarfForm.SecOffset;
        return (ulong)(isGlobal ? offset : offset - unit.Offset);
    }

    private static int SizeOf(DwarfForm form, DwarfUnitBuilder unit) => form switch
    {
        DwarfForm.Data1 or DwarfForm.Flag or DwarfForm.Ref1 => 1,
        DwarfForm.Data2 or DwarfForm.Ref2 => 2,
        DwarfForm.Data4 or DwarfForm.Ref4 or DwarfForm.RefSup4 => 4,
        DwarfForm.Data8 or DwarfForm.Ref8 or DwarfForm.RefSig8 or DwarfForm.RefSup8 => 8,
        DwarfForm.Addr => unit.AddressSize,
        DwarfForm.RefAddr => unit.Version == 2 ? unit.AddressSize : unit.OffsetSize,
        DwarfForm.SecOffset or DwarfForm.GnuRefAlt => unit.OffsetSize,
        _ => 0,
    };

    private int AbbreviationOf(DwarfEntryBuilder entry)
    {
        var shape = new StringBuilder().Append(entry.Tag).Append(entry.Children.Count > 0);
        foreach (var (name, form, value) in entry.Attributes)
            shape.Append(CultureInfo.InvariantCulture, $" {(int)name},{(int)form}").Append(form == DwarfForm.ImplicitConst ? Number(value) : 0);
        string key = shape.ToString();
        if (_abbreviationCodes.TryGetValue(key, out int code))
            return code;
        code = _abbreviationCodes.Count + 1;
        _abbreviationCodes.Add(key, code);
        _abbrev.AddRange([.. Uleb((ulong)code), .. Uleb((ulong)entry.Tag), (byte)(entry.Children.Count > 0 ? 1 : 0)]);
        foreach (var (name, form, value) in entry.Attributes)
        {
            _abbrev.AddRange([.. Uleb((ulong)name), .. Uleb((ulong)form)]);
            if (form == DwarfForm.ImplicitConst)
                _abbrev.AddRange(Sleb((long)Number(value)));
        }
        _abbrev.AddRange([0, 0]);
        return code;
    }

    private int StringOffset(string text)
    {
        if (!_strings.TryGetValue(text, out int offset))
        {
            _strings.Add(text, offset = _str.Count);
            _str.AddRange([.. Encoding.UTF8.GetBytes(text), 0]);
        }
        return offset;
    }

    private ulong Index(List<byte> section, ulong value, int size)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        ulong index = (ulong)((section.Count - _headerSize) / size);
        section.AddRange(bytes[..size]);
        return index;
    }

    private void Fixed(ulong value, int size)
    {
        for (int i = 0; i < size; i++)
            _out.Add(i < 8 ? (byte)(value >> (8 * i)) : (byte)0);
    }

    private static ulong Number(object value) => value switch
    {
        ulong number => number,
        long number => (ulong)number,
        uint number => number,
        int number => (ulong)number,
        bool flag => flag ? 1u : 0u,
        _ => Convert.ToUInt64(value, CultureInfo.InvariantCulture),
    };
}
