namespace Tracer.Core.Expressions;

/// <summary>An operator applied to one integer.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Operand">The operand.</param>
public sealed record UnaryExpression(UnaryOperator Operator, Expression Operand)
    : Expression(Operator == UnaryOperator.Not ? IntegerType.UInt8 : Operand.Integer);
