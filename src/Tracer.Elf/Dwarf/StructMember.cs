namespace Tracer.Elf.Dwarf;

/// <summary>
/// A member of a structure, union or class, or what a path such as <c>state.kind</c> leads to. A bitfield starts at bit
/// <see cref="BitOffset"/> (0 to 7, from the least significant) of the byte at <see cref="ByteOffset"/>, however the producer described it.
/// </summary>
/// <param name="Name">The name; null for an anonymous structure or union and for a C++ base class.</param>
/// <param name="ByteOffset">Bytes from the start of the structure that was asked.</param>
/// <param name="BitOffset">The first bit in that byte; 0 for what is no bitfield.</param>
/// <param name="BitSize">Bits of a bitfield, or 0 for what is none.</param>
/// <param name="Type">The declared type.</param>
public sealed record StructMember(string? Name, long ByteOffset, int BitOffset, int BitSize, DwarfType Type)
{
    /// <summary>Whether this is a bitfield.</summary>
    public bool IsBitField => BitSize != 0;

    /// <summary>Bytes to read for the whole value: of the type, or those that the bits of a bitfield touch; null when the type has no size.</summary>
    public long? ByteSize => IsBitField ? (BitOffset + BitSize + 7) / 8 : Type.ByteSize;

    /// <inheritdoc/>
    public override string ToString() => Type.Declare(Name ?? "") + (IsBitField ? $" : {BitSize}" : "");
}
