namespace Tracer.Core.Aggregations;

/// <summary>What an aggregation held at a moment, or gained in an interval.</summary>
/// <param name="Aggregation">Which.</param>
/// <param name="Rows">Its rows, in no order.</param>
/// <param name="Overflow">Hits that found no room for a new key; exact.</param>
/// <param name="Faults">Hits whose value could not be read; exact. An unreadable key is no fault: it is a row of its own.</param>
public sealed record AggregationSnapshot(Aggregation Aggregation, IReadOnlyList<AggregationRow> Rows, ulong Overflow, ulong Faults)
{
    /// <summary>Whether keys, values or the filter were read from the target's memory after the hits, and may have changed in between.</summary>
    public bool IsLate { get; init; }

    /// <summary>Both together; they must be of one aggregation.</summary>
    public AggregationSnapshot Plus(AggregationSnapshot other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new AggregationSnapshot(Aggregation, AggregationRow.Merge(Rows.Concat(other.Rows)), Overflow + other.Overflow, Faults + other.Faults) { IsLate = IsLate || other.IsLate };
    }
}
