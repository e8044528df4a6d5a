namespace Tracer.Elf.Dwarf;

/// <summary>One entry of a location: where a thing is while the program counter is in a range.</summary>
/// <param name="Range">The addresses as linked; null when the expression holds wherever no other does, or everywhere.</param>
/// <param name="Expression">The expression; an empty one says that the thing is optimised out there.</param>
public readonly record struct DwarfLocation(DwarfAddressRange? Range, DwarfExpression Expression);
