using Tracer.Core.Aggregations;

namespace Tracer.Output.Aggregations;

/// <summary>An aggregation to be shown: what it held, when, and how much of it is asked for.</summary>
/// <param name="Snapshot">What it held.</param>
public sealed record AggregationReport(AggregationSnapshot Snapshot)
{
    /// <summary>When it was read.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The time that the rows stand for, when it is not the whole trace.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>The most rows to show; null for all.</summary>
    public int? Top { get; init; }

    /// <summary>What the values measure.</summary>
    public ValueUnit Unit { get; init; }
}
