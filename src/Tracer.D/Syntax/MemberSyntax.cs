namespace Tracer.D.Syntax;

/// <summary>A member of a struct: <c>a.b</c> or <c>p-&gt;b</c>. Also how D writes variables of a thread and of a clause: <c>self-&gt;x</c>, <c>this-&gt;x</c>.</summary>
/// <param name="Target">The struct or the pointer.</param>
/// <param name="IsArrow">Whether the target is a pointer.</param>
/// <param name="Name">The member's name.</param>
/// <param name="NameSpan">Where the name is.</param>
/// <param name="Span">Where it is.</param>
public sealed record MemberSyntax(ExpressionSyntax Target, bool IsArrow, string Name, TextSpan NameSpan, TextSpan Span)
    : ExpressionSyntax(Span, Target.Depth);
