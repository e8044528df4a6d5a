namespace Tracer.Allocations;

/// <summary>Memory that was given, and what of it was given back.</summary>
/// <param name="Allocations">How often memory was given.</param>
/// <param name="Bytes">How many bytes were asked for.</param>
/// <param name="Frees">How many of these blocks were given back.</param>
/// <param name="FreedBytes">How many bytes that was.</param>
public readonly record struct AllocationSum(ulong Allocations, ulong Bytes, ulong Frees, ulong FreedBytes)
{
    /// <summary>By how many bytes it has grown.</summary>
    public long Growth => unchecked((long)(Bytes - FreedBytes));

    /// <summary>Both together.</summary>
    public AllocationSum Plus(AllocationSum other) => new(Allocations + other.Allocations, Bytes + other.Bytes, Frees + other.Frees, FreedBytes + other.FreedBytes);
}
