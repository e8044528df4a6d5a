namespace Tracer.Elf;

/// <summary>A program header. The values are the file's own, unchecked: offsets may lie outside the file.</summary>
/// <param name="Type">The kind of the segment.</param>
/// <param name="Flags">Its permissions.</param>
/// <param name="FileOffset">Where its bytes start in the file.</param>
/// <param name="VirtualAddress">Where it starts in memory, as linked.</param>
/// <param name="FileSize">Bytes in the file.</param>
/// <param name="MemorySize">Bytes in memory; what exceeds <paramref name="FileSize"/> is zeroed.</param>
/// <param name="Alignment">The alignment in bytes; 0 and 1 mean none.</param>
public readonly record struct ElfSegment(
    ElfSegmentType Type,
    ElfSegmentFlags Flags,
    ulong FileOffset,
    ulong VirtualAddress,
    ulong FileSize,
    ulong MemorySize,
    ulong Alignment);
