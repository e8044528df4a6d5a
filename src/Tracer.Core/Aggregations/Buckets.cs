namespace Tracer.Core.Aggregations;

/// <summary>The buckets of a histogram over signed 64-bit values; the first takes all values below its end, the last all from its start on.</summary>
public abstract class Buckets
{
    /// <summary>The most buckets a histogram may have.</summary>
    public const int Maximum = 1024;

    private protected Buckets(long[] starts) => Starts = starts;

    /// <summary>How many buckets there are.</summary>
    public int Count => Starts.Length;

    /// <summary>The least value of each bucket, ascending; that of the first is <see cref="long.MinValue"/>.</summary>
    internal long[] Starts { get; }

    /// <summary>The bucket of a value.</summary>
    public virtual int IndexOf(long value)
    {
        var index = Array.BinarySearch(Starts, value);
        return index >= 0 ? index : ~index - 1;
    }

    /// <summary>The least value of a bucket; null for the first, which has none.</summary>
    public long? StartOf(int bucket) => bucket == 0 ? null : Starts[bucket];

    /// <summary>The least value beyond a bucket; null for the last, which takes all.</summary>
    public long? EndOf(int bucket) => bucket == Count - 1 ? null : Starts[bucket + 1];
}
