namespace Tracer.Elf.Dwarf.Lines;

/// <summary>An address at which a statement starts.</summary>
/// <param name="Address">The address as linked.</param>
/// <param name="Location">The statement's place; its line may be a later one than was asked for.</param>
public readonly record struct SourceAddress(ulong Address, SourceLocation Location);
