namespace Tracer.Elf;

/// <summary>
/// A section header. The values are the file's own, unchecked; <see cref="ElfImage.SectionName"/> gives its name and
/// <see cref="ElfImage.TryGetSectionData(in ElfSection, out ReadOnlyMemory{byte}, out ElfDiagnostic?)"/> its bytes.
/// </summary>
/// <param name="NameOffset">Where its name is in the section name table.</param>
/// <param name="Type">The kind of the section.</param>
/// <param name="Flags">Its attributes.</param>
/// <param name="Address">Where it starts in memory, as linked; 0 when it is not loaded.</param>
/// <param name="FileOffset">Where its bytes start in the file.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Link">The index of an associated section, by type.</param>
/// <param name="Info">Further information, by type.</param>
/// <param name="Alignment">The alignment in bytes; 0 and 1 mean none.</param>
/// <param name="EntrySize">The size of an entry in bytes, for tables.</param>
public readonly record struct ElfSection(
    uint NameOffset,
    ElfSectionType Type,
    ElfSectionFlags Flags,
    ulong Address,
    ulong FileOffset,
    ulong Size,
    uint Link,
    uint Info,
    ulong Alignment,
    ulong EntrySize);
