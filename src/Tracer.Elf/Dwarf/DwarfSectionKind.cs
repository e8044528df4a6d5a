namespace Tracer.Elf.Dwarf;

/// <summary>Which of the sections with units a <see cref="DwarfUnitSection"/> is.</summary>
internal enum DwarfSectionKind : byte
{
    Info,
    Types,
    Split,
    SplitTypes,
    Supplementary,
}
