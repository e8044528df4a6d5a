namespace Tracer.D.Syntax;

/// <summary>An operator between two operands: <c>a + b</c>.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Left">The left operand.</param>
/// <param name="Right">The right operand.</param>
/// <param name="Span">Where it is.</param>
public sealed record BinarySyntax(BinarySyntaxOperator Operator, ExpressionSyntax Left, ExpressionSyntax Right, TextSpan Span)
    : ExpressionSyntax(Span, Math.Max(Left.Depth, Right.Depth));
