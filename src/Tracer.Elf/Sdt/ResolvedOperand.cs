namespace Tracer.Elf.Sdt;

/// <summary>
/// An SDT argument closed over symbols: registers, constants, addresses and memory only, ready to be compiled to an expression.
/// </summary>
/// <param name="Size">The declared size of the value in bytes: 1, 2, 4 or 8.</param>
/// <param name="Signed">Whether the value is to be sign-extended from its size.</param>
/// <param name="IsFloat">Whether the bits are an IEEE number (size 4 or 8).</param>
public abstract record ResolvedOperand(int Size, bool Signed, bool IsFloat);
