using Tracer.Core.Aggregations;
using Tracer.Core.Expressions;

namespace Tracer.Core.Plans;

/// <summary>
/// Takes a value into a row of an aggregation. A key that cannot be read makes a row of its own; a value that cannot be read is counted as a fault of the
/// aggregation and changes nothing.
/// </summary>
/// <param name="Aggregation">Which.</param>
/// <param name="Keys">The row: integers and texts of the aggregation's key types.</param>
/// <param name="Value">The value, of the aggregation's type; null for a count.</param>
public sealed record AggregateAction(Aggregation Aggregation, ExpressionList Keys, Expression? Value = null) : ClauseAction;
