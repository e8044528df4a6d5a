namespace Tracer.Elf.Sdt;

/// <summary>
/// The value is in a register: <paramref name="Width"/> bytes from <paramref name="ByteOffset"/>. When the width exceeds the size
/// the low bytes count; when it is less (<c>8@%eax</c>) the value is extended from the width.
/// </summary>
/// <param name="Size">The declared size of the value in bytes.</param>
/// <param name="Signed">Whether the value is signed.</param>
/// <param name="IsFloat">Whether the bits are an IEEE number.</param>
/// <param name="Register">The whole register: general-purpose, xmm or rip.</param>
/// <param name="ByteOffset">1 for ah, bh, ch and dh; else 0.</param>
/// <param name="Width">The bytes of the named part: 1, 2, 4, 8, or 16 for xmm.</param>
public sealed record RegisterOperand(int Size, bool Signed, bool IsFloat, X64Register Register, int ByteOffset, int Width)
    : ResolvedOperand(Size, Signed, IsFloat);
