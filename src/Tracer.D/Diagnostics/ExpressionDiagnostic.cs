using Tracer.D.Syntax;

namespace Tracer.D.Diagnostics;

/// <summary>Something wrong in a text of the D language. Diagnostics are collected, never thrown.</summary>
/// <param name="Id">Its id, listed in docs/diagnostics.md.</param>
/// <param name="Message">What is wrong, one clause without a full stop.</param>
/// <param name="Span">Where.</param>
/// <param name="Hint">What to do about it, one clause; null when there is nothing to say.</param>
public sealed record ExpressionDiagnostic(string Id, string Message, TextSpan Span, string? Hint = null);
