namespace Tracer.D.Syntax;

/// <summary>One of two: <c>test ? a : b</c>.</summary>
/// <param name="Test">The condition.</param>
/// <param name="WhenTrue">The value when it holds.</param>
/// <param name="WhenFalse">The value when it does not.</param>
/// <param name="Span">Where it is.</param>
public sealed record ConditionalSyntax(ExpressionSyntax Test, ExpressionSyntax WhenTrue, ExpressionSyntax WhenFalse, TextSpan Span)
    : ExpressionSyntax(Span, Math.Max(Test.Depth, Math.Max(WhenTrue.Depth, WhenFalse.Depth)));
