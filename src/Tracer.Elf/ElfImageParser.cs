using System.Collections.Immutable;

namespace Tracer.Elf;

/// <summary>
/// Decodes the header tables. A damaged table costs its entries, not the file: stripped, truncated and hostile files still
/// give what is readable.
/// </summary>
internal static class ElfImageParser
{
    // gABI: counts that do not fit e_phnum and e_shnum stand in the first section header.
    private const ushort ExtendedSegmentCount = 0xffff; // PN_XNUM
    private const ushort ExtendedSectionIndex = 0xffff; // SHN_XINDEX

    public static ElfImage? Parse(ReadOnlyMemory<byte> bytes, out ElfDiagnostic? diagnostic)
    {
        if (!ElfHeader.TryRead(bytes.Span, out var header, out diagnostic))
            return null;
        var diagnostics = ImmutableArray.CreateBuilder<ElfDiagnostic>();
        var sectionCount = (ulong)header.SectionCount;
        var sectionNameIndex = (uint)header.SectionNameIndex;
        var segmentCount = (ulong)header.SegmentCount;
        if (header.SectionTableOffset != 0 && TryReadFirstSection(bytes, header, out var first))
        {
            if (sectionCount == 0)
                sectionCount = first.Size;
            if (sectionNameIndex == ExtendedSectionIndex)
                sectionNameIndex = first.Link;
            if (segmentCount == ExtendedSegmentCount)
                segmentCount = first.Info;
        }
        var segments = ReadTable(bytes, header.SegmentTableOffset, header.SegmentEntrySize, segmentCount, ElfFormat.SegmentSize(header.Class),
            ElfDiagnosticIds.BadSegmentTable, "program", diagnostics, b => ElfFormat.Segment(header.Class, b));
        var sections = header.SectionTableOffset == 0
            ? []
            : ReadTable(bytes, header.SectionTableOffset, header.SectionEntrySize, sectionCount, ElfFormat.SectionSize(header.Class),
                ElfDiagnosticIds.BadSectionTable, "section", diagnostics, b => ElfFormat.Section(header.Class, b));
        return new ElfImage(bytes, header, segments, sections, sectionNameIndex, diagnostics.ToImmutable());
    }

    private static bool TryReadFirstSection(ReadOnlyMemory<byte> bytes, in ElfHeader header, out ElfSection section)
    {
        var size = ElfFormat.SectionSize(header.Class);
        section = default;
        if (header.SectionEntrySize < size || !ElfFormat.TrySlice(bytes, header.SectionTableOffset, (ulong)size, out var raw))
            return false;
        section = ElfFormat.Section(header.Class, raw.Span);
        return true;
    }

    private delegate T Decode<T>(ReadOnlySpan<byte> bytes);

    private static ImmutableArray<T> ReadTable<T>(ReadOnlyMemory<byte> bytes, ulong offset, ushort entrySize, ulong count, int neededSize,
        string id, string what, ImmutableArray<ElfDiagnostic>.Builder diagnostics, Decode<T> decode)
    {
        if (count == 0)
            return [];
        if (entrySize < neededSize)
        {
            diagnostics.Add(new(id, $"{what} headers of {entrySize} bytes are smaller than {neededSize}", offset));
            return [];
        }
        var room = offset >= (ulong)bytes.Length ? 0 : ((ulong)bytes.Length - offset) / entrySize;
        if (count > room)
        {
            diagnostics.Add(new(id, $"{count} {what} headers leave the file, {room} fit", offset));
            count = room;
        }
        var entries = ImmutableArray.CreateBuilder<T>((int)count);
        for (var i = 0; i < (int)count; i++)
            entries.Add(decode(bytes.Span.Slice((int)offset + (i * entrySize), neededSize)));
        return entries.MoveToImmutable();
    }
}
