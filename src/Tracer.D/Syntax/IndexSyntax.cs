namespace Tracer.D.Syntax;

/// <summary>An element: <c>p[1]</c>; an associative array of D has several indices.</summary>
/// <param name="Target">The pointer or array.</param>
/// <param name="Indices">The indices, at least one.</param>
/// <param name="Span">Where it is.</param>
public sealed record IndexSyntax(ExpressionSyntax Target, SyntaxList Indices, TextSpan Span)
    : ExpressionSyntax(Span, Math.Max(Target.Depth, Indices.Depth));
