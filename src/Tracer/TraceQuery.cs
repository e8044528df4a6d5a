using Tracer.Core.Aggregations;

namespace Tracer;

/// <summary>
/// What hits are summed up to, instead of being delivered as events: how many there were, what became of a value, or how long something took. The rows
/// come from <see cref="TraceSession.ReadAggregations"/>.
/// </summary>
public sealed record TraceQuery
{
    private TraceQuery(AggregationFunction function, IReadOnlyList<string> by) => (Function, By) = (function, by);

    /// <summary>What is kept of the values; may be changed by <c>with</c> where there is a value.</summary>
    public AggregationFunction Function { get; init; }

    /// <summary>The value, a D expression that gives an integer; null for a count and for a latency.</summary>
    public string? Value { get; private init; }

    /// <summary>
    /// The keys of the rows: D expressions, each one or several with commas between them. When there are none, rows are by probe if several probes
    /// match, and else there is a single one.
    /// </summary>
    public IReadOnlyList<string> By { get; init; }

    /// <summary>Whether the value is the time from an entry to its return.</summary>
    public bool IsLatency { get; private init; }

    /// <summary>The buckets of a histogram; powers of two when nothing else is asked for.</summary>
    public Buckets Buckets { get; init; } = PowerOfTwoBuckets.Instance;

    /// <summary>The most rows, 1 or more; hits beyond them are counted as overflow.</summary>
    public int MaximumKeys { get; init; } = Aggregation.DefaultCapacity;

    /// <summary>How many hits there are, by key.</summary>
    public static TraceQuery Count(params IReadOnlyList<string> by) => new(AggregationFunction.Count, by);

    /// <summary>How the values of an expression are distributed, by key; <see cref="Function"/> may ask for their sum, mean and so on instead.</summary>
    public static TraceQuery Histogram(string value, params IReadOnlyList<string> by) => new(AggregationFunction.Histogram, by) { Value = value };

    /// <summary>
    /// How the times from entries to their returns are distributed, in nanoseconds. <see cref="TraceOptions.Probes"/> names the two probes, in this order,
    /// or one function: <c>python:function</c> for <c>python:function__entry</c> and <c>python:function__return</c>, or a probe that fires where a function is left.
    /// Entries and returns are paired by thread and may be nested; a return whose entry was not seen does not count. Keys and <see cref="TraceOptions.Where"/>
    /// are those of the return.
    /// </summary>
    public static TraceQuery Latency(params IReadOnlyList<string> by) => new(AggregationFunction.Histogram, by) { IsLatency = true };
}
