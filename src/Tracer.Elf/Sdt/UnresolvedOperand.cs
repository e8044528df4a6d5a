namespace Tracer.Elf.Sdt;

/// <summary>The value cannot be had; the other arguments of the probe are not affected.</summary>
/// <param name="Size">The declared size of the value in bytes; 8 when even that is unreadable.</param>
/// <param name="Signed">Whether the value is signed.</param>
/// <param name="IsFloat">Whether the bits are an IEEE number.</param>
/// <param name="Reason">Why: a clause for a person, as <c>the symbol .LC1 is in no symbol table</c>.</param>
public sealed record UnresolvedOperand(int Size, bool Signed, bool IsFloat, string Reason) : ResolvedOperand(Size, Signed, IsFloat);
