namespace Tracer.D.Syntax;

/// <summary>An operator before its operand: <c>!x</c>.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Operand">The operand.</param>
/// <param name="Span">Where it is.</param>
public sealed record UnarySyntax(UnarySyntaxOperator Operator, ExpressionSyntax Operand, TextSpan Span) : ExpressionSyntax(Span, Operand.Depth);
