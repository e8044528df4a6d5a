namespace Tracer.Elf;

/// <summary>The file header (gABI, "ELF Header"), decoded for both classes.</summary>
internal readonly record struct ElfHeader(
    ElfClass Class,
    ElfFileType Type,
    ElfMachine Machine,
    ulong EntryPoint,
    ulong SegmentTableOffset,
    ulong SectionTableOffset,
    ushort SegmentEntrySize,
    ushort SegmentCount,
    ushort SectionEntrySize,
    ushort SectionCount,
    ushort SectionNameIndex)
{
    private const int IdentSize = 16;

    /// <summary>Decodes the header or says why this is none that can be read.</summary>
    public static bool TryRead(ReadOnlySpan<byte> b, out ElfHeader header, out ElfDiagnostic? diagnostic)
    {
        header = default;
        if (!b.StartsWith("\u007fELF"u8))
        {
            diagnostic = new(ElfDiagnosticIds.NotElf, b.IsEmpty ? "the file is empty" : "not an ELF file: it does not start with \\x7fELF", 0);
            return false;
        }
        if (b.Length < IdentSize)
        {
            diagnostic = new(ElfDiagnosticIds.TruncatedHeader, $"the file of {b.Length} bytes ends inside the ELF header", (ulong)b.Length);
            return false;
        }
        var elfClass = (ElfClass)b[4];
        if (elfClass is not (ElfClass.Elf32 or ElfClass.Elf64))
        {
            diagnostic = new(ElfDiagnosticIds.UnsupportedClass, $"unknown ELF class {b[4]}", 4);
            return false;
        }
        const byte LittleEndian = 1, BigEndian = 2;
        if (b[5] != LittleEndian)
        {
            diagnostic = new(ElfDiagnosticIds.BigEndian,
                b[5] == BigEndian ? "big-endian ELF files are not supported" : $"unknown ELF data encoding {b[5]}", 5);
            return false;
        }
        if (b[6] != 1)
        {
            diagnostic = new(ElfDiagnosticIds.UnsupportedVersion, $"unknown ELF version {b[6]}", 6);
            return false;
        }
        if (b.Length < ElfFormat.HeaderSize(elfClass))
        {
            diagnostic = new(ElfDiagnosticIds.TruncatedHeader, $"the file of {b.Length} bytes ends inside the ELF header", (ulong)b.Length);
            return false;
        }
        diagnostic = null;
        var word = ElfFormat.AddressSize(elfClass);
        var addresses = IdentSize + 8;
        var counts = addresses + (3 * word) + 4 + 2; // e_entry, e_phoff, e_shoff, e_flags, e_ehsize
        header = new(
            elfClass, (ElfFileType)ElfFormat.U16(b, 16), (ElfMachine)ElfFormat.U16(b, 18),
            ElfFormat.Address(elfClass, b, addresses), ElfFormat.Address(elfClass, b, addresses + word),
            ElfFormat.Address(elfClass, b, addresses + (2 * word)),
            ElfFormat.U16(b, counts), ElfFormat.U16(b, counts + 2), ElfFormat.U16(b, counts + 4), ElfFormat.U16(b, counts + 6),
            ElfFormat.U16(b, counts + 8));
        return true;
    }
}
