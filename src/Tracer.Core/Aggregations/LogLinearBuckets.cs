namespace Tracer.Core.Aggregations;

/// <summary>
/// The buckets of D's <c>llquantize</c>: each order of magnitude from factor^low to factor^(high+1) is cut into equal steps, and there is one bucket
/// on either side.
/// </summary>
public sealed class LogLinearBuckets : Buckets
{
    /// <summary>Makes the buckets.</summary>
    /// <param name="factor">The base of the magnitudes, 2 or more.</param>
    /// <param name="low">The lowest magnitude, 0 or more.</param>
    /// <param name="high">The highest magnitude, not below <paramref name="low"/>.</param>
    /// <param name="steps">Steps that an order of magnitude would have from zero on, a multiple of <paramref name="factor"/>.</param>
    /// <exception cref="ArgumentException">The numbers do not fit together, or make too many buckets.</exception>
    public LogLinearBuckets(int factor, int low, int high, int steps)
        : base(MakeStarts(factor, low, high, steps))
    {
    }

    private static long[] MakeStarts(int factor, int low, int high, int steps)
    {
        if (factor < 2 || low < 0 || high < low || steps < factor || steps % factor != 0)
            throw new ArgumentException($"The factor must be 2 or more, the magnitudes ascend from 0 and the steps be a multiple of the factor, not {factor}, {low}, {high}, {steps}.", nameof(steps));
        var starts = new List<long> { long.MinValue };
        Int128 magnitude = 1;
        for (var k = 0; k < low && magnitude <= long.MaxValue; k++)
            magnitude *= factor;
        for (var order = low; order <= high; order++)
        {
            // A small order has fewer whole numbers than steps.
            var end = magnitude * factor;
            if (end > long.MaxValue)
                throw new ArgumentException($"{factor} to the power of {order + 1} is beyond 64 bits.", nameof(high));
            var width = end / Int128.Min(steps, end);
            for (var start = magnitude; start < end; start += width)
            {
                starts.Add((long)start);
                if (starts.Count >= Maximum)
                    throw new ArgumentException($"There would be more than {Maximum} buckets.", nameof(high));
            }

            magnitude = end;
        }

        starts.Add((long)magnitude);
        return [.. starts];
    }
}
