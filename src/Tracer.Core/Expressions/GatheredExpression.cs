namespace Tracer.Core.Expressions;

/// <summary>A value that was recorded at the hit, where the rest of an expression is evaluated later, in another place (see <c>PlanSplitter</c>).</summary>
/// <param name="Index">Which value of the record.</param>
/// <param name="GatheredType">Its type.</param>
public sealed record GatheredExpression(int Index, ExpressionType GatheredType) : Expression(GatheredType);
