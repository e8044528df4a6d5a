namespace Tracer.D.Syntax;

/// <summary>An expression in parentheses, kept so that errors underline what was written.</summary>
/// <param name="Inner">What is inside.</param>
/// <param name="Span">Where it is.</param>
public sealed record ParenthesizedSyntax(ExpressionSyntax Inner, TextSpan Span) : ExpressionSyntax(Span, Inner.Depth);
