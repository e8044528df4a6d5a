namespace Tracer.D.Syntax;

/// <summary>An integer: <c>0x2aUL</c>.</summary>
/// <param name="Literal">Its value and what decides its type.</param>
/// <param name="Text">As it is written.</param>
/// <param name="Span">Where it is.</param>
public sealed record IntegerSyntax(IntegerLiteral Literal, string Text, TextSpan Span) : ExpressionSyntax(Span, 0);
