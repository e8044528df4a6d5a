using Tracer.Core.Aggregations;
using Tracer.Core.Events;

namespace Tracer.Output.Aggregations;

/// <summary>An aggregation to be shown: what it held, when, and how much of it is asked for.</summary>
/// <param name="Snapshot">What it held.</param>
public sealed record AggregationReport(AggregationSnapshot Snapshot)
{
    /// <summary>When it was read.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The time that the rows stand for, when it is not the whole trace.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>What tracing cost in that time; null when no bound was asked for.</summary>
    public OverheadReport? Overhead { get; init; }

    /// <summary>The most rows to show; null for all.</summary>
    public int? Top { get; init; }

    /// <summary>What the values measure.</summary>
    public ValueUnit Unit { get; init; }
}
