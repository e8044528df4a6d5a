namespace Tracer.D.Syntax;

/// <summary>A character constant, an int: <c>'a'</c>.</summary>
/// <param name="Value">Its value: a signed byte.</param>
/// <param name="Span">Where it is.</param>
public sealed record CharacterSyntax(int Value, TextSpan Span) : ExpressionSyntax(Span, 0);
