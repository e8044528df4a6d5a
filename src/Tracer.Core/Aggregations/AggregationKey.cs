using Tracer.Core.Expressions;

namespace Tracer.Core.Aggregations;

/// <summary>A key of an aggregation.</summary>
/// <param name="Name">Its column's name: what the user wrote.</param>
/// <param name="Type">Its type: an integer, text or a stack.</param>
public sealed record AggregationKey(string Name, ExpressionType Type);
