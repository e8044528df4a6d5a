namespace Tracer.D.Syntax;

/// <summary>A value as another type: <c>(uint32_t)x</c>.</summary>
/// <param name="Target">The type.</param>
/// <param name="Operand">The value.</param>
/// <param name="Span">Where it is.</param>
public sealed record CastSyntax(TypeSyntax Target, ExpressionSyntax Operand, TextSpan Span) : ExpressionSyntax(Span, Operand.Depth);
