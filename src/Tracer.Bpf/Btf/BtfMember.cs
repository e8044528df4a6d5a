namespace Tracer.Bpf;

/// <summary>Where a member lies in the struct the search began with.</summary>
/// <param name="BitOffset">Bits from the start of the struct.</param>
/// <param name="BitSize">Width of a bitfield, 0 for an ordinary member.</param>
/// <param name="TypeId">The member's type.</param>
public readonly record struct BtfMember(int BitOffset, int BitSize, int TypeId)
{
    /// <summary>Bytes from the start of the struct.</summary>
    public int Offset => BitOffset / 8;
}
