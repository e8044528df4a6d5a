namespace Tracer.Elf.Sdt;

/// <summary>
/// The value is in memory, <c>Size</c> bytes at segment base + displacement (+ load bias) + base + index * scale, in 64-bit
/// wrapping arithmetic.
/// </summary>
/// <param name="Size">The declared size of the value in bytes.</param>
/// <param name="Signed">Whether the value is signed.</param>
/// <param name="IsFloat">Whether the bits are an IEEE number.</param>
/// <param name="Segment">The segment whose base is added.</param>
/// <param name="Displacement">The displacement in bytes.</param>
/// <param name="ImageRelative">Whether the displacement is a link-time address, to which the load bias is added.</param>
/// <param name="Base">The base register (64 bits, or rip); null for none.</param>
/// <param name="Index">The index register; null for none.</param>
/// <param name="Scale">What the index is multiplied by: 1, 2, 4 or 8; 0 adds nothing.</param>
public sealed record MemoryOperand(
    int Size, bool Signed, bool IsFloat,
    SegmentBase Segment, long Displacement, bool ImageRelative, X64Register? Base, X64Register? Index, int Scale)
    : ResolvedOperand(Size, Signed, IsFloat);
