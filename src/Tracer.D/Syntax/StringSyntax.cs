namespace Tracer.D.Syntax;

/// <summary>A string: <c>"fib"</c>.</summary>
/// <param name="Text">The text, escapes replaced.</param>
/// <param name="Span">Where it is.</param>
public sealed record StringSyntax(string Text, TextSpan Span) : ExpressionSyntax(Span, 0);
