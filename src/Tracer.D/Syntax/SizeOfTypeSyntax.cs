namespace Tracer.D.Syntax;

/// <summary>The size of a type: <c>sizeof(int)</c>.</summary>
/// <param name="Measured">The type.</param>
/// <param name="Span">Where it is.</param>
public sealed record SizeOfTypeSyntax(TypeSyntax Measured, TextSpan Span) : ExpressionSyntax(Span, 0);
