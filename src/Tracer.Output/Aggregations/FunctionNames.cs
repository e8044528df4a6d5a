using Tracer.Core.Aggregations;

namespace Tracer.Output.Aggregations;

/// <summary>The names of the aggregating functions in all formats; <c>--stat</c> takes the same.</summary>
public static class FunctionNames
{
    /// <summary>The name of a function.</summary>
    public static string Of(AggregationFunction function) => function switch
    {
        AggregationFunction.Count => "count",
        AggregationFunction.Sum => "sum",
        AggregationFunction.Average => "avg",
        AggregationFunction.Minimum => "min",
        AggregationFunction.Maximum => "max",
        AggregationFunction.StandardDeviation => "stddev",
        _ => "histogram",
    };
}
