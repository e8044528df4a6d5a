namespace Tracer.Core.Pictures;

/// <summary>
/// Keeps objects from being copied twice without a search, which a kernel program would have to be proved to end: a bucket knows the newest of the addresses that
/// fall into it. An object whose bucket was taken by another meanwhile is copied again, which costs room and nothing else.
/// </summary>
public static class ObjectFilter
{
    /// <summary>Buckets, a power of two.</summary>
    public const int Buckets = 64;

    /// <summary>Objects lie on multiples of sixteen bytes.</summary>
    public const int FirstShift = 4;

    /// <summary>What else of the address decides.</summary>
    public const int SecondShift = 10;

    /// <summary>Whether an object is to be copied, which is noted.</summary>
    public static bool Take(Span<ulong> buckets, ulong address)
    {
        ref var bucket = ref buckets[(int)(((address >> FirstShift) ^ (address >> SecondShift)) & (Buckets - 1))];
        if (bucket == address)
            return false;
        bucket = address;
        return true;
    }
}
