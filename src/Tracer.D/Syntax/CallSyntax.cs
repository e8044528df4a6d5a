namespace Tracer.D.Syntax;

/// <summary>A call: <c>copyinstr(arg0)</c>.</summary>
/// <param name="Name">The function's name.</param>
/// <param name="NameSpan">Where the name is.</param>
/// <param name="Arguments">The arguments.</param>
/// <param name="Span">Where it is.</param>
public sealed record CallSyntax(string Name, TextSpan NameSpan, SyntaxList Arguments, TextSpan Span)
    : ExpressionSyntax(Span, Arguments.Depth);
