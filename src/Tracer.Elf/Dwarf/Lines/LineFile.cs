namespace Tracer.Elf.Dwarf.Lines;

/// <summary>A file or directory of a line table: where its name is, and for files the index of its directory.</summary>
internal readonly record struct LineFile(DwarfAttributeValue Path, ulong Directory);
