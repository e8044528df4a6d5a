namespace Tracer.Elf.Dwarf.Lines;

/// <summary>The header of a line number program of version 2 to 5 (DWARF 5, 6.2.4): what the opcodes mean, and the tables of directories and files.</summary>
internal sealed class LineProgramHeader
{
    // DWARF 5, table 7.27.
    private const ulong ContentPath = 1, ContentDirectoryIndex = 2;

    private LineProgramHeader(int start, DwarfFormat format) => (Start, Format) = (start, format);

    /// <summary>The offset of the header in .debug_line.</summary>
    public int Start { get; }

    public DwarfFormat Format { get; }
    public int ProgramStart { get; private set; }
    public int End { get; private set; }
    public byte MinimumInstructionLength { get; private set; }
    public byte OperationsPerInstruction { get; private set; } = 1;
    public bool DefaultIsStatement { get; private set; }
    public sbyte LineBase { get; private set; }
    public byte LineRange { get; private set; }
    public byte OpcodeBase { get; private set; }

    /// <summary>How many LEB128 operands each standard opcode has, the first entry for opcode 1.</summary>
    public ReadOnlyMemory<byte> OpcodeLengths { get; private set; }

    public List<LineFile> Directories { get; } = [];
    public List<LineFile> Files { get; } = [];

    /// <summary>Reads a header, or returns null when it breaks off or is of no known version.</summary>
    public static LineProgramHeader? Read(ReadOnlyMemory<byte> section, ulong offset, byte addressSize)
    {
        if (offset >= (ulong)section.Length)
            return null;
        var cursor = new DwarfCursor(section.Span, (int)offset);
        byte offsetSize = 4;
        ulong length = cursor.ReadU32();
        if (length == 0xffffffff)
        {
            offsetSize = 8;
            length = cursor.ReadU64();
        }
        int end = (int)Math.Min((ulong)cursor.Position + Math.Min(length, (ulong)section.Length), (ulong)section.Length);
        int version = cursor.ReadU16();
        if (cursor.Failed || version is < 2 or > 5)
            return null;
        if (version >= 5)
        {
            addressSize = cursor.ReadU8();
            cursor.ReadU8(); // segment_selector_size
        }
        var header = new LineProgramHeader((int)offset, new((byte)version, addressSize, offsetSize)) { End = end };
        return header.ReadFields(ref cursor, section[..end]) ? header : null;
    }

    private bool ReadFields(ref DwarfCursor cursor, ReadOnlyMemory<byte> section)
    {
        ulong headerLength = cursor.ReadUnsigned(Format.OffsetSize);
        if (headerLength > (ulong)(End - Math.Min(cursor.Position, End)))
            return false;
        ProgramStart = cursor.Position + (int)headerLength;
        MinimumInstructionLength = cursor.ReadU8();
        if (Format.Version >= 4)
            OperationsPerInstruction = Math.Max((byte)1, cursor.ReadU8());
        DefaultIsStatement = cursor.ReadU8() != 0;
        LineBase = (sbyte)cursor.ReadU8();
        LineRange = cursor.ReadU8();
        OpcodeBase = cursor.ReadU8();
        int lengths = cursor.Position;
        cursor.Skip((ulong)Math.Max(OpcodeBase - 1, 0));
        if (cursor.Failed || cursor.Position > End)
            return false;
        OpcodeLengths = section[lengths..cursor.Position];
        var tables = new DwarfCursor(section.Span[..ProgramStart], Math.Min(cursor.Position, ProgramStart));
        if (Format.Version >= 5)
        {
            ReadTable(ref tables, Directories);
            ReadTable(ref tables, Files);
        }
        else
        {
            ReadOldTables(ref tables);
        }
        return true;
    }

    private void ReadOldTables(ref DwarfCursor cursor)
    {
        while (ReadName(ref cursor, out var path))
            Directories.Add(new(path, 0));
        while (ReadOldFile(ref cursor, out var file))
            Files.Add(file);
    }

    /// <summary>Reads an entry as it is in the tables of version 2 to 4 and in DW_LNE_define_file; false at the empty name that ends a table.</summary>
    internal bool ReadOldFile(ref DwarfCursor cursor, out LineFile file)
    {
        file = default;
        if (!ReadName(ref cursor, out var path))
            return false;
        file = new(path, cursor.ReadUleb());
        cursor.SkipLeb(); // time
        cursor.SkipLeb(); // size
        return !cursor.Failed;
    }

    private bool ReadName(ref DwarfCursor cursor, out DwarfAttributeValue name)
    {
        name = cursor.AtEnd ? default : Format.Read(ref cursor, DwarfForm.String, 0);
        return name.BlockLength > 0;
    }

    // Entries of a described form (DWARF 5, 6.2.4.1). The count is believed as far as there are bytes for it.
    private void ReadTable(ref DwarfCursor cursor, List<LineFile> table)
    {
        int fields = cursor.ReadU8();
        var description = new DwarfCursor(default);
        int descriptionAt = cursor.Position;
        for (int i = 0; i < 2 * fields; i++)
            cursor.SkipLeb();
        ulong count = cursor.ReadUleb();
        for (ulong i = 0; i < count && !cursor.Failed; i++)
        {
            int before = cursor.Position;
            description = cursor.At(descriptionAt);
            var file = default(LineFile);
            for (int field = 0; field < fields; field++)
            {
                ulong content = description.ReadUleb(), form = description.ReadUleb();
                var value = Format.Read(ref cursor, form <= ushort.MaxValue ? (DwarfForm)form : DwarfForm.None, 0);
                if (content == ContentPath)
                    file = file with { Path = value };
                else if (content == ContentDirectoryIndex)
                    file = file with { Directory = value.Bits };
            }
            if (cursor.Failed || cursor.Position == before)
                return;
            table.Add(file);
        }
    }
}
