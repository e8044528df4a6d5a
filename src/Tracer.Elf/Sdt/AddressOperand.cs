namespace Tracer.Elf.Sdt;

/// <summary>The value is an address in the image, as <c>8@$s_buf</c>.</summary>
/// <param name="Size">The declared size of the value in bytes.</param>
/// <param name="Signed">Whether the value is signed.</param>
/// <param name="IsFloat">Whether the bits are an IEEE number.</param>
/// <param name="ImageAddress">The link-time address; the value is this plus the load bias.</param>
public sealed record AddressOperand(int Size, bool Signed, bool IsFloat, ulong ImageAddress) : ResolvedOperand(Size, Signed, IsFloat);
