using Tracer.Core.Aggregations;
using Tracer.Core.Events;
using Tracer.Core.Expressions;

namespace Tracer.Output.Aggregations;

/// <summary>Rows in the order they are shown in, by value descending and then by key, and what was left out of them.</summary>
internal sealed class RankedRows
{
    private RankedRows(IReadOnlyList<AggregationRow> shown, IReadOnlyList<AggregationRow> omitted, bool addsUp)
    {
        Shown = shown;
        OmittedCount = omitted.Count;
        if (addsUp)
            OmittedValue = omitted.Aggregate(Int128.Zero, (sum, row) => sum + row.Value);
    }

    /// <summary>The rows to show.</summary>
    public IReadOnlyList<AggregationRow> Shown { get; }

    /// <summary>How many rows are left out.</summary>
    public int OmittedCount { get; }

    /// <summary>What the rows left out come to; null when their values do not add up to anything.</summary>
    public Int128? OmittedValue { get; }

    public static RankedRows Of(AggregationReport report)
    {
        var rows = report.Snapshot.Rows.ToList();
        rows.Sort(Compare);
        var shown = Math.Min(report.Top ?? rows.Count, rows.Count);
        var addsUp = report.Snapshot.Aggregation.Function is AggregationFunction.Count or AggregationFunction.Sum or AggregationFunction.Histogram;
        return new RankedRows(rows[..shown], rows[shown..], addsUp);
    }

    private static int Compare(AggregationRow left, AggregationRow right)
    {
        var order = right.Value.CompareTo(left.Value);
        for (var k = 0; order == 0 && k < left.Keys.Count; k++)
            order = Compare(left.Keys[k], right.Keys[k]);
        return order;
    }

    private static int Compare(TraceValue left, TraceValue right)
    {
        if (left.Status != right.Status)
            return left.Status.CompareTo(right.Status);
        return left.Type switch
        {
            TextType => string.CompareOrdinal(left.Text, right.Text),
            IntegerType { Signed: false } => ((ulong)left.Int64).CompareTo((ulong)right.Int64),
            _ => left.Int64.CompareTo(right.Int64),
        };
    }
}
