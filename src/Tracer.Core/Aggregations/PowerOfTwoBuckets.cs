using System.Numerics;

namespace Tracer.Core.Aggregations;

/// <summary>
/// The 127 buckets of D's <c>quantize</c>: one for zero, and one for each power of two and its double, on both sides of zero. Bucket 63 is zero, bucket
/// 63 + n + 1 has the values from 2^n to 2^(n+1) - 1, bucket 63 - n - 1 their negatives.
/// </summary>
public sealed class PowerOfTwoBuckets : Buckets
{
    /// <summary>The bucket of zero.</summary>
    public const int Zero = 63;

    private PowerOfTwoBuckets()
        : base(MakeStarts())
    {
    }

    /// <summary>The only one.</summary>
    public static PowerOfTwoBuckets Instance { get; } = new();

    /// <inheritdoc/>
    public override int IndexOf(long value) => value switch
    {
        0 => Zero,
        > 0 => Zero + 1 + BitOperations.Log2((ulong)value),
        long.MinValue => 0,
        _ => Zero - 1 - BitOperations.Log2((ulong)-value),
    };

    private static long[] MakeStarts()
    {
        var starts = new long[(2 * Zero) + 1];
        starts[0] = long.MinValue;
        for (var k = 1; k < Zero; k++)
            starts[k] = -((1L << (Zero - k)) - 1);
        for (var k = 0; k < Zero; k++)
            starts[Zero + 1 + k] = 1L << k;
        return starts;
    }
}
