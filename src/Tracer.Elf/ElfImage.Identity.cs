using System.Text;

namespace Tracer.Elf;

/// <summary>What identifies a build: notes, build-id and debug link.</summary>
public sealed partial class ElfImage
{
    private const uint BuildIdType = 3; // NT_GNU_BUILD_ID

    /// <summary>The notes of a section of this image; none when its bytes leave the file.</summary>
    /// <param name="section">A section of type <see cref="ElfSectionType.Note"/>.</param>
    public ElfNoteEnumerable Notes(in ElfSection section) => new(RawData(section), section.FileOffset, section.Alignment);

    /// <summary>The notes of a segment of this image; none when its bytes leave the file.</summary>
    /// <param name="segment">A segment of type <see cref="ElfSegmentType.Note"/>.</param>
    public ElfNoteEnumerable Notes(in ElfSegment segment) =>
        new(TryGetSegmentData(segment, out var data) ? data : default, segment.FileOffset, segment.Alignment);

    /// <summary>The build-id (NT_GNU_BUILD_ID), which names a build for good; empty when there is none.</summary>
    public ReadOnlyMemory<byte> BuildId
    {
        get
        {
            foreach (ref readonly var segment in Segments.AsSpan())
            {
                if (segment.Type == ElfSegmentType.Note && FindBuildId(Notes(segment)) is { IsEmpty: false } id)
                    return id;
            }
            // Separate debug files keep the section, but their segments' offsets mean nothing.
            foreach (ref readonly var section in Sections.AsSpan())
            {
                if (section.Type == ElfSectionType.Note && FindBuildId(Notes(section)) is { IsEmpty: false } id)
                    return id;
            }
            return default;
        }
    }

    /// <summary>The build-id in lower-case hexadecimal digits; null when there is none.</summary>
    public string? BuildIdString => BuildId is { IsEmpty: false } id ? Convert.ToHexStringLower(id.Span) : null;

    /// <summary>Where a process that runs the image has the bytes of <see cref="BuildId"/>, as linked; null when they are not loaded.</summary>
    public ulong? BuildIdAddress
    {
        get
        {
            foreach (ref readonly var segment in Segments.AsSpan())
            {
                if (segment.Type != ElfSegmentType.Note)
                    continue;
                foreach (var note in Notes(segment))
                {
                    if (IsBuildId(note))
                        return AddressMap.TryGetAddress(note.DescriptorOffset, out var address) ? address : null;
                }
            }

            return null;
        }
    }

    /// <summary>The content of .gnu_debuglink; null when there is none or it is malformed.</summary>
    public DebugLink? DebugLink
    {
        get
        {
            // A zero-terminated name, padded to 4 bytes, and a CRC of 4 bytes. Names are file names: at most NAME_MAX, 255 bytes.
            const int MaxName = 255;
            if (!TryFindSection(".gnu_debuglink", out var section))
                return null;
            var data = RawData(section).Span;
            var length = data.IndexOf((byte)0);
            var crcAt = (length + 4) & ~3;
            if (length is <= 0 or > MaxName || crcAt + 4 > data.Length)
                return null;
            return new DebugLink(Encoding.UTF8.GetString(data[..length]), ElfFormat.U32(data, crcAt));
        }
    }

    /// <summary>The path of the program interpreter (PT_INTERP); null when there is none.</summary>
    public string? Interpreter
    {
        get
        {
            const int PathMax = 4096;
            if (!TryFindSegment(ElfSegmentType.Interpreter, out var segment) || !TryGetSegmentData(segment, out var data))
                return null;
            var length = data.Span.IndexOf((byte)0);
            return length is > 0 and < PathMax ? Encoding.UTF8.GetString(data.Span[..length]) : null;
        }
    }

    private static ReadOnlyMemory<byte> FindBuildId(ElfNoteEnumerable notes)
    {
        foreach (var note in notes)
        {
            if (IsBuildId(note))
                return note.Descriptor;
        }
        return default;
    }

    private static bool IsBuildId(in ElfNote note)
    {
        // SHA-1 gives 20 bytes; --build-id=0x... may be anything, but not a megabyte.
        const int MaxBuildId = 64;
        return note.Type == BuildIdType && note.Name.SequenceEqual("GNU"u8) && note.Descriptor.Length is > 0 and <= MaxBuildId;
    }
}
