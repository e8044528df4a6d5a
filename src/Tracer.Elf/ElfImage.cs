using System.Collections.Immutable;
using System.Text;

namespace Tracer.Elf;

/// <summary>
/// An ELF file over its bytes: header, segments and sections are decoded at once, everything else when it is asked for.
/// Little-endian files of both classes are read; the bytes must stay valid and unchanged as long as the image is used.
/// Safe for concurrent readers.
/// </summary>
public sealed partial class ElfImage
{
    private readonly ReadOnlyMemory<byte> _sectionNames;

    internal ElfImage(ReadOnlyMemory<byte> bytes, ElfHeader header, ImmutableArray<ElfSegment> segments, ImmutableArray<ElfSection> sections,
        uint sectionNameIndex, ImmutableArray<ElfDiagnostic> diagnostics)
    {
        Bytes = bytes;
        Class = header.Class;
        Type = header.Type;
        Machine = header.Machine;
        EntryPoint = header.EntryPoint;
        Segments = segments;
        Sections = sections;
        Diagnostics = diagnostics;
        if (sectionNameIndex < (uint)sections.Length)
            _sectionNames = RawData(sections[(int)sectionNameIndex]);
        AddressMap = new AddressMap(segments);
    }

    /// <summary>The whole file.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The word size.</summary>
    public ElfClass Class { get; }

    /// <summary>The kind of file.</summary>
    public ElfFileType Type { get; }

    /// <summary>The instruction set.</summary>
    public ElfMachine Machine { get; }

    /// <summary>Whether the file is of the one kind this project traces: ELF64, x86-64.</summary>
    public bool IsX64 => Class == ElfClass.Elf64 && Machine == ElfMachine.X64;

    /// <summary>The entry point as linked; 0 when there is none.</summary>
    public ulong EntryPoint { get; }

    /// <summary>The program headers in the file's order.</summary>
    public ImmutableArray<ElfSegment> Segments { get; }

    /// <summary>The section headers in the file's order, the reserved first one included; empty when the file has none.</summary>
    public ImmutableArray<ElfSection> Sections { get; }

    /// <summary>What was wrong with the header tables, when the rest of the file is readable nevertheless.</summary>
    public ImmutableArray<ElfDiagnostic> Diagnostics { get; }

    /// <summary>The arithmetic between link-time addresses, file offsets and run-time addresses.</summary>
    public AddressMap AddressMap { get; }

    /// <summary>Decodes the header tables of a file.</summary>
    /// <param name="bytes">The whole file, at most 2 GB (the range of a memory); it may be mapped.</param>
    /// <param name="image">The image, when the result is true.</param>
    /// <param name="diagnostic">Why this is no readable ELF file, when the result is false.</param>
    public static bool TryParse(ReadOnlyMemory<byte> bytes, out ElfImage? image, out ElfDiagnostic? diagnostic)
    {
        image = ElfImageParser.Parse(bytes, out diagnostic);
        return image is not null;
    }

    /// <summary>The name of a section; empty when it has none.</summary>
    public ReadOnlySpan<byte> SectionName(in ElfSection section) => ElfFormat.String(_sectionNames.Span, section.NameOffset);

    /// <summary>Finds the first section of this name.</summary>
    /// <param name="name">The exact name, as <c>.text</c>.</param>
    /// <param name="section">The section, when the result is true.</param>
    public bool TryFindSection(string name, out ElfSection section)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> buffer = stackalloc byte[64];
        ReadOnlySpan<byte> utf8 = Encoding.UTF8.TryGetBytes(name, buffer, out var length) ? buffer[..length] : Encoding.UTF8.GetBytes(name);
        foreach (ref readonly var candidate in Sections.AsSpan())
        {
            if (candidate.Type == ElfSectionType.Null || !ElfFormat.IsStringAt(_sectionNames.Span, candidate.NameOffset, utf8))
                continue;
            section = candidate;
            return true;
        }
        section = default;
        return false;
    }

    /// <summary>
    /// The bytes of a section, decompressed when it is compressed (SHF_COMPRESSED with zlib or zstd, or GNU's older .zdebug_
    /// form). A section without bytes in the file (SHT_NOBITS) gives none.
    /// </summary>
    /// <param name="section">A section of this image.</param>
    /// <param name="data">The bytes: a slice of the file, or a new array when they were compressed. It is not cached.</param>
    /// <param name="diagnostic">What is wrong, when the result is false.</param>
    public bool TryGetSectionData(in ElfSection section, out ReadOnlyMemory<byte> data, out ElfDiagnostic? diagnostic)
    {
        data = default;
        diagnostic = null;
        if (section.Type is ElfSectionType.NoBits or ElfSectionType.Null)
            return true;
        if (!ElfFormat.TrySlice(Bytes, section.FileOffset, section.Size, out var raw))
        {
            diagnostic = new(ElfDiagnosticIds.DataOutsideFile,
                $"a section of {section.Size} bytes leaves the file of {Bytes.Length}", section.FileOffset);
            return false;
        }
        if ((section.Flags & ElfSectionFlags.Compressed) != 0)
            return SectionDecompressor.TryDecompress(Class, raw, section.FileOffset, out data, out diagnostic);
        if (SectionName(section).StartsWith(".zdebug_"u8))
            return SectionDecompressor.TryDecompressGnu(raw, section.FileOffset, out data, out diagnostic);
        data = raw;
        return true;
    }

    /// <summary>
    /// The bytes of the section of this name, decompressed. For a name <c>.debug_x</c> its compressed spelling <c>.zdebug_x</c>
    /// is looked for too.
    /// </summary>
    /// <param name="name">The exact name, as <c>.debug_info</c>.</param>
    /// <param name="data">The bytes, when the result is true.</param>
    /// <param name="diagnostic">What is wrong when there is such a section but its bytes cannot be had; null when there is none.</param>
    public bool TryGetSectionData(string name, out ReadOnlyMemory<byte> data, out ElfDiagnostic? diagnostic)
    {
        ArgumentNullException.ThrowIfNull(name);
        data = default;
        diagnostic = null;
        if (TryFindSection(name, out var section))
            return section.Type != ElfSectionType.NoBits && TryGetSectionData(section, out data, out diagnostic);
        return name.StartsWith(".debug_", StringComparison.Ordinal)
            && TryFindSection(string.Concat(".z", name.AsSpan(1)), out section)
            && TryGetSectionData(section, out data, out diagnostic);
    }

    /// <summary>The file's bytes of a segment; false when it leaves the file.</summary>
    /// <param name="segment">A segment of this image.</param>
    /// <param name="data">The bytes, when the result is true.</param>
    public bool TryGetSegmentData(in ElfSegment segment, out ReadOnlyMemory<byte> data) =>
        ElfFormat.TrySlice(Bytes, segment.FileOffset, segment.FileSize, out data);

    /// <summary>The first segment of a kind.</summary>
    /// <param name="type">The kind.</param>
    /// <param name="segment">The segment, when the result is true.</param>
    public bool TryFindSegment(ElfSegmentType type, out ElfSegment segment)
    {
        foreach (ref readonly var candidate in Segments.AsSpan())
        {
            if (candidate.Type != type)
                continue;
            segment = candidate;
            return true;
        }
        segment = default;
        return false;
    }

    /// <summary>
    /// Whether this is a program rather than a shared library: ET_EXEC, or ET_DYN marked DF_1_PIE, or (older linkers) ET_DYN with
    /// an interpreter and without a DT_SONAME.
    /// </summary>
    public bool IsExecutable =>
        Type == ElfFileType.Executable || (Type == ElfFileType.SharedObject && Dynamic.IsPositionIndependentExecutable);

    // The raw bytes of a section, empty when they are not in the file.
    internal ReadOnlyMemory<byte> RawData(in ElfSection section) =>
        section.Type is not (ElfSectionType.NoBits or ElfSectionType.Null)
        && ElfFormat.TrySlice(Bytes, section.FileOffset, section.Size, out var raw)
            ? raw
            : default;
}
