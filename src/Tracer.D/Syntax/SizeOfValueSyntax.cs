namespace Tracer.D.Syntax;

/// <summary>The size of a value's type, which is not evaluated: <c>sizeof x</c>.</summary>
/// <param name="Operand">The value.</param>
/// <param name="Span">Where it is.</param>
public sealed record SizeOfValueSyntax(ExpressionSyntax Operand, TextSpan Span) : ExpressionSyntax(Span, Operand.Depth);
