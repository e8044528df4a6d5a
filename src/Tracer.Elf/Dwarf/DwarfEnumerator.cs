namespace Tracer.Elf.Dwarf;

/// <summary>A named value of an enumeration.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value; one above <see cref="long.MaxValue"/> appears as its negative twin.</param>
public readonly record struct DwarfEnumerator(string Name, long Value);
