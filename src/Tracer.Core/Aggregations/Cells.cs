namespace Tracer.Core.Aggregations;

/// <summary>
/// The arithmetic of aggregations on their cells, in one place: what kernel programs do to theirs must come to the same. All cells start as zero.
/// count: [n]; sum and avg: [n, sum]; stddev: [n, sum, squares low, squares high]; min and max: [n, the greatest of the values' <see cref="Rank"/>s, where rank zero is
/// the value that any other replaces]; a histogram: one n a bucket.
/// </summary>
public static class Cells
{
    /// <summary>Takes a value, canonical for the aggregation's type, into a row's cells.</summary>
    public static void Add(Aggregation aggregation, Span<ulong> cells, ulong value)
    {
        switch (aggregation.Function)
        {
            case AggregationFunction.Count:
                cells[0]++;
                break;
            case AggregationFunction.Sum or AggregationFunction.Average:
                cells[0]++;
                cells[1] += value;
                break;
            case AggregationFunction.Minimum or AggregationFunction.Maximum:
                cells[0]++;
                cells[1] = Math.Max(cells[1], Rank(aggregation, value));
                break;
            case AggregationFunction.StandardDeviation:
                cells[0]++;
                cells[1] += value;
                AddWide(cells[2..], Square(value, aggregation.ValueType.Signed));
                break;
            default:
                cells[aggregation.Buckets.IndexOf((long)value)]++;
                break;
        }
    }

    /// <summary>Whether no value was taken yet: the row was made, and what it was made for is still to come.</summary>
    public static bool IsEmpty(Aggregation aggregation, ReadOnlySpan<ulong> cells) =>
        aggregation.Function == AggregationFunction.Histogram ? !cells.ContainsAnyExcept(0UL) : cells[0] == 0;

    /// <summary>Takes one row's cells into another's.</summary>
    public static void Merge(Aggregation aggregation, Span<ulong> into, ReadOnlySpan<ulong> from)
    {
        switch (aggregation.Function)
        {
            case AggregationFunction.Minimum or AggregationFunction.Maximum:
                into[0] += from[0];
                into[1] = Math.Max(into[1], from[1]);
                break;
            case AggregationFunction.StandardDeviation:
                into[0] += from[0];
                into[1] += from[1];
                AddWide(into[2..], new UInt128(from[3], from[2]));
                break;
            default:
                for (var k = 0; k < into.Length; k++)
                    into[k] += from[k];
                break;
        }
    }

    /// <summary>Takes back what was reported before; what a minimum or maximum has seen cannot be taken back and stays.</summary>
    public static void Subtract(Aggregation aggregation, Span<ulong> from, ReadOnlySpan<ulong> reported)
    {
        switch (aggregation.Function)
        {
            case AggregationFunction.Minimum or AggregationFunction.Maximum:
                from[0] -= reported[0];
                break;
            case AggregationFunction.StandardDeviation:
                from[0] -= reported[0];
                from[1] -= reported[1];
                AddWide(from[2..], unchecked(UInt128.Zero - new UInt128(reported[3], reported[2])));
                break;
            default:
                for (var k = 0; k < from.Length; k++)
                    from[k] -= reported[k];
                break;
        }
    }

    /// <summary>
    /// A value as an unsigned number that grows with it (max) or against it (min).
    /// </summary>
    public static ulong Rank(Aggregation aggregation, ulong value)
    {
        var biased = aggregation.ValueType.Signed ? value ^ (1UL << 63) : value;
        return aggregation.Function == AggregationFunction.Minimum ? ~biased : biased;
    }

    /// <summary>The value of a rank.</summary>
    public static ulong Unrank(Aggregation aggregation, ulong rank)
    {
        var biased = aggregation.Function == AggregationFunction.Minimum ? ~rank : rank;
        return aggregation.ValueType.Signed ? biased ^ (1UL << 63) : biased;
    }

    private static UInt128 Square(ulong value, bool signed)
    {
        UInt128 magnitude = signed && (long)value < 0 ? 0UL - value : value;
        return magnitude * magnitude;
    }

    private static void AddWide(Span<ulong> cells, UInt128 value)
    {
        var sum = new UInt128(cells[1], cells[0]) + value;
        cells[0] = (ulong)sum;
        cells[1] = (ulong)(sum >> 64);
    }
}
