namespace Tracer.D.Syntax;

/// <summary>A name: a parameter, a built-in value, later a variable.</summary>
/// <param name="Name">The name.</param>
/// <param name="Span">Where it is.</param>
public sealed record NameSyntax(string Name, TextSpan Span) : ExpressionSyntax(Span, 0);
