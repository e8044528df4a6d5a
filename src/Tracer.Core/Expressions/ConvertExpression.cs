namespace Tracer.Core.Expressions;

/// <summary>An integer brought to another integer type: truncated, then extended by the new type's signedness.</summary>
/// <param name="Operand">The integer.</param>
/// <param name="Target">The new type.</param>
public sealed record ConvertExpression(Expression Operand, IntegerType Target) : Expression(Target);
