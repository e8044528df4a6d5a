namespace Tracer.Core.Aggregations;

/// <summary>What an aggregation keeps of the values it is given.</summary>
public enum AggregationFunction
{
    /// <summary>How many there were.</summary>
    Count,
    /// <summary>Their sum, wrapping at 64 bits.</summary>
    Sum,
    /// <summary>Their mean.</summary>
    Average,
    /// <summary>The least.</summary>
    Minimum,
    /// <summary>The greatest.</summary>
    Maximum,
    /// <summary>Their standard deviation.</summary>
    StandardDeviation,
    /// <summary>How many fell into each bucket of a histogram; <see cref="Aggregation.Buckets"/> says which buckets.</summary>
    Histogram,
}
