namespace Tracer.Elf.Dwarf;

/// <summary>A section that consists of units (.debug_info, .debug_types, those of split and supplementary files) and reads their headers as far as asked.</summary>
internal sealed class DwarfUnitSection(DwarfReader reader, DwarfSectionKind kind, DwarfSections sections, ReadOnlyMemory<byte> units)
{
    private readonly List<DwarfUnit> _units = [];
    private readonly Dictionary<(ulong Offset, DwarfFormat Format), DwarfAbbreviationTable?> _abbreviations = [];
    private readonly DwarfAbbreviationTable.Scratch _scratch = new();
    private int _next;
    private long _abbreviationBytes;

    public DwarfReader Reader { get; } = reader;
    public DwarfSectionKind Kind { get; } = kind;
    public DwarfSections Sections { get; } = sections;
    public ReadOnlyMemory<byte> Bytes { get; } = units;

    /// <summary>The unit with this number, read on first use; null behind the last.</summary>
    public DwarfUnit? UnitAt(int index)
    {
        while (index >= _units.Count)
        {
            if (!ReadNextHeader())
                return null;
        }
        return _units[index];
    }

    /// <summary>The unit whose entries (or, when so asked, whose header) include this offset, or null.</summary>
    public DwarfUnit? Find(ulong offset, bool includeHeader = false)
    {
        if (offset >= (ulong)Bytes.Length)
            return null;
        while (_next <= (int)offset && ReadNextHeader())
        {
        }
        int low = 0, high = _units.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            var unit = _units[middle];
            if ((int)offset < (includeHeader ? unit.Offset : unit.FirstEntry))
                high = middle - 1;
            else if ((int)offset >= unit.End)
                low = middle + 1;
            else
                return unit;
        }
        return null;
    }

    /// <summary>The table at this offset, or null with a diagnostic.</summary>
    public DwarfAbbreviationTable? GetAbbreviations(ulong offset, DwarfFormat format)
    {
        if (_abbreviations.TryGetValue((offset, format), out var table))
            return table;
        var section = Sections.Abbrev;
        // Tables of an honest file do not overlap; units that name ever other offsets into one long table would cost size times size.
        if (offset >= (ulong)section.Length || _abbreviationBytes > 2L * section.Length + 4096)
        {
            Reader.Report("DWARF004", $"No abbreviations can be read at .debug_abbrev offset 0x{offset:x}.", (long)offset);
        }
        else
        {
            table = DwarfAbbreviationTable.Parse(section.Span, (int)offset, format, _scratch);
            _abbreviationBytes += table.ByteLength;
            if (table.IsTruncated)
                Reader.Report("DWARF004", $"The abbreviations at .debug_abbrev offset 0x{offset:x} break off.", (long)offset);
        }
        return _abbreviations[(offset, format)] = table;
    }

    // Adds the next readable unit; passes over those it cannot read. Every round moves on by 4 bytes at least.
    private bool ReadNextHeader()
    {
        var section = Bytes.Span;
        while (_next < section.Length)
        {
            int offset = _next;
            var cursor = new DwarfCursor(section, offset);
            byte offsetSize = 4;
            ulong length = cursor.ReadU32();
            if (length == 0xffffffff)
            {
                offsetSize = 8;
                length = cursor.ReadU64();
            }
            else if (length >= 0xfffffff0)
            {
                return Stop(offset, $"The unit length 0x{length:x} is reserved.");
            }
            if (cursor.Failed)
                return Stop(offset, "The last unit header breaks off.");
            int end = section.Length;
            if (length > (ulong)cursor.Remaining)
                Reader.Report("DWARF001", $"The unit at 0x{offset:x} says to be 0x{length:x} bytes long, beyond the end of its section.", offset);
            else
                end = cursor.Position + (int)length;
            _next = end;
            if (length == 0)
                continue;
            if (ReadHeader(ref cursor, offset, end, offsetSize) is { } unit)
            {
                _units.Add(unit);
                return true;
            }
        }
        return false;
    }

    private bool Stop(int offset, string message)
    {
        Reader.Report("DWARF001", message, offset);
        _next = Bytes.Length;
        return false;
    }

    private DwarfUnit? ReadHeader(ref DwarfCursor cursor, int offset, int end, byte offsetSize)
    {
        int version = cursor.ReadU16();
        if (version is < 2 or > 5)
        {
            Reader.Report("DWARF002", $"The unit at 0x{offset:x} has version {version}; 2 to 5 are read.", offset);
            return null;
        }
        var kind = Kind is DwarfSectionKind.Types or DwarfSectionKind.SplitTypes ? DwarfUnitKind.Type : DwarfUnitKind.Compile;
        ulong abbrevOffset;
        byte addressSize;
        if (version >= 5)
        {
            kind = (DwarfUnitKind)cursor.ReadU8();
            addressSize = cursor.ReadU8();
            abbrevOffset = cursor.ReadUnsigned(offsetSize);
        }
        else
        {
            abbrevOffset = cursor.ReadUnsigned(offsetSize);
            addressSize = cursor.ReadU8();
        }
        ulong signature = 0, typeOffset = 0;
        if (kind is DwarfUnitKind.Type or DwarfUnitKind.SplitType)
        {
            signature = cursor.ReadU64();
            typeOffset = cursor.ReadUnsigned(offsetSize);
        }
        else if (kind is DwarfUnitKind.Skeleton or DwarfUnitKind.SplitCompile)
        {
            signature = cursor.ReadU64();
        }
        if (addressSize is not (4 or 8) || kind is 0 or > DwarfUnitKind.SplitType)
        {
            Reader.Report("DWARF003", $"The unit at 0x{offset:x} has type {(int)kind} and addresses of {addressSize} bytes; 4 and 8 are read.", offset);
            return null;
        }
        if (cursor.Failed || cursor.Position > end)
        {
            Reader.Report("DWARF001", $"The header of the unit at 0x{offset:x} breaks off.", offset);
            return null;
        }
        return new DwarfUnit(this)
        {
            Offset = offset,
            FirstEntry = cursor.Position,
            End = end,
            Format = new((byte)version, addressSize, offsetSize),
            Kind = kind,
            AbbrevOffset = abbrevOffset,
            Signature = signature,
            TypeOffset = typeOffset,
        };
    }
}
