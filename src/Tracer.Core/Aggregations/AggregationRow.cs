using Tracer.Core.Events;

namespace Tracer.Core.Aggregations;

/// <summary>A row of an aggregation: its keys, and what became of its values.</summary>
public sealed class AggregationRow
{
    private readonly ulong[] _cells;

    internal AggregationRow(Aggregation aggregation, IReadOnlyList<TraceValue> keys, ReadOnlySpan<ulong> cells)
    {
        Aggregation = aggregation;
        Keys = keys;
        _cells = cells.ToArray();
    }

    /// <summary>Of which aggregation.</summary>
    public Aggregation Aggregation { get; }

    /// <summary>The keys, in the aggregation's order.</summary>
    public IReadOnlyList<TraceValue> Keys { get; }

    /// <summary>How many values there were.</summary>
    public ulong Count => Aggregation.Function == AggregationFunction.Histogram ? Sum(_cells) : _cells[0];

    /// <summary>
    /// The one number that stands for the row and that rows are sorted by: the count, the sum, the mean cut to a whole number, the least, the greatest, the
    /// standard deviation cut to a whole number, or how many values a histogram has. Unsigned values beyond 2^63 - 1 are positive here.
    /// </summary>
    public Int128 Value => Aggregation.Function switch
    {
        AggregationFunction.Sum => Typed(_cells[1]),
        AggregationFunction.Average => _cells[0] == 0 ? 0 : Typed(_cells[1]) / _cells[0],
        AggregationFunction.Minimum or AggregationFunction.Maximum => Typed(Cells.Unrank(Aggregation, _cells[1])),
        AggregationFunction.StandardDeviation => (Int128)StandardDeviation,
        _ => Count,
    };

    /// <summary>The mean of an average or a standard deviation; NaN otherwise.</summary>
    public double Mean => Aggregation.Function is AggregationFunction.Average or AggregationFunction.StandardDeviation && _cells[0] != 0
        ? (double)Typed(_cells[1]) / _cells[0]
        : double.NaN;

    /// <summary>The standard deviation of all values (not of a sample); NaN for other functions.</summary>
    public double StandardDeviation
    {
        get
        {
            if (Aggregation.Function != AggregationFunction.StandardDeviation || _cells[0] == 0)
                return double.NaN;
            var mean = Mean;
            return Math.Sqrt(Math.Max(0, ((double)new UInt128(_cells[3], _cells[2]) / _cells[0]) - (mean * mean)));
        }
    }

    /// <summary>How many values fell into a bucket of a histogram.</summary>
    public ulong InBucket(int bucket) => _cells[bucket];

    /// <summary>The rows with those of equal keys made one.</summary>
    internal static IReadOnlyList<AggregationRow> Merge(IEnumerable<AggregationRow> rows)
    {
        var merged = new List<AggregationRow>();
        foreach (var group in rows.GroupBy(r => string.Join('\0', r.Keys.Select(k => $"{k.Status} {k}"))))
        {
            var first = group.First();
            var cells = (ulong[])first._cells.Clone();
            foreach (var row in group.Skip(1))
                Cells.Merge(first.Aggregation, cells, row._cells);
            merged.Add(new AggregationRow(first.Aggregation, first.Keys, cells));
        }

        return merged;
    }

    private Int128 Typed(ulong value) => Aggregation.ValueType.Signed ? (long)value : value;

    private static ulong Sum(ReadOnlySpan<ulong> cells)
    {
        ulong sum = 0;
        foreach (var cell in cells)
            sum += cell;
        return sum;
    }
}
