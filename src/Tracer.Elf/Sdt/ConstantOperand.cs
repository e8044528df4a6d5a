namespace Tracer.Elf.Sdt;

/// <summary>The value is a constant.</summary>
/// <param name="Size">The declared size of the value in bytes.</param>
/// <param name="Signed">Whether the value is signed.</param>
/// <param name="IsFloat">Whether the bits are an IEEE number.</param>
/// <param name="Value">The value masked to its size, then sign-extended to 64 bits when it is signed.</param>
public sealed record ConstantOperand(int Size, bool Signed, bool IsFloat, ulong Value) : ResolvedOperand(Size, Signed, IsFloat);
