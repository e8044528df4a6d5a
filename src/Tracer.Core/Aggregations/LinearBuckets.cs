namespace Tracer.Core.Aggregations;

/// <summary>The buckets of D's <c>lquantize</c>: steps of one width from a lower bound to an upper one, and one bucket on either side.</summary>
public sealed class LinearBuckets : Buckets
{
    /// <summary>Makes the buckets.</summary>
    /// <param name="low">The start of the first step.</param>
    /// <param name="high">What the last step ends at, or before; beyond <paramref name="low"/>.</param>
    /// <param name="step">The width of a step, 1 or more.</param>
    /// <exception cref="ArgumentException">There would be none, or more than <see cref="Buckets.Maximum"/>.</exception>
    public LinearBuckets(long low, long high, long step)
        : base(MakeStarts(low, high, step)) => (Low, Step) = (low, step);

    /// <summary>The start of the first step.</summary>
    public long Low { get; }

    /// <summary>The width of a step.</summary>
    public long Step { get; }

    private static long[] MakeStarts(long low, long high, long step)
    {
        if (step < 1 || high <= low)
            throw new ArgumentException($"Steps of {step} do not lead from {low} to {high}.", nameof(step));
        var steps = (UInt128)((Int128)high - low + step - 1) / (ulong)step;
        if (steps > Maximum - 2)
            throw new ArgumentException($"From {low} to {high} there are {steps} steps of {step}; {Maximum - 2} are possible.", nameof(step));
        if (low + ((Int128)steps * step) > long.MaxValue)
            throw new ArgumentException($"The last step of {step} from {low} would end beyond 64 bits.", nameof(high));
        var starts = new long[(int)steps + 2];
        starts[0] = long.MinValue;
        for (var k = 1; k < starts.Length; k++)
            starts[k] = low + ((k - 1) * step);
        return starts;
    }
}
