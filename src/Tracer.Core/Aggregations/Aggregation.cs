using Tracer.Core.Expressions;

namespace Tracer.Core.Aggregations;

/// <summary>
/// A table that hits are summed up in, by key: what a trace answers instead of a stream of events. Compared by reference.
/// </summary>
/// <param name="name">A name for printing; empty for the only one.</param>
/// <param name="function">What is kept of the values.</param>
/// <param name="keys">Names and types of the keys; none for a single row.</param>
public sealed class Aggregation(string name, AggregationFunction function, params IReadOnlyList<AggregationKey> keys)
{
    /// <summary>The most keys a row may have.</summary>
    public const int MaximumKeys = 8;

    /// <summary>The most rows when nothing else is asked for.</summary>
    public const int DefaultCapacity = 16 * 1024;

    /// <summary>A name for printing; empty for the only one.</summary>
    public string Name { get; } = name;

    /// <summary>What is kept of the values.</summary>
    public AggregationFunction Function { get; } = function;

    /// <summary>Names and types of the keys.</summary>
    public IReadOnlyList<AggregationKey> Keys { get; } = keys.Count <= MaximumKeys
        ? keys
        : throw new ArgumentException($"A row has at most {MaximumKeys} keys, not {keys.Count}.", nameof(keys));

    /// <summary>The type of the values; for <see cref="AggregationFunction.Count"/> it does not matter.</summary>
    public IntegerType ValueType { get; init; } = IntegerType.Int64;

    /// <summary>The buckets of a histogram.</summary>
    public Buckets Buckets { get; init; } = PowerOfTwoBuckets.Instance;

    /// <summary>The most rows; what hits beyond them is counted as overflow.</summary>
    public int Capacity { get; init; } = DefaultCapacity;

    /// <summary>64-bit cells of a row.</summary>
    public int CellCount => Function switch
    {
        AggregationFunction.StandardDeviation => 4,
        AggregationFunction.Histogram => Buckets.Count,
        AggregationFunction.Count => 1,
        _ => 2,
    };
}
