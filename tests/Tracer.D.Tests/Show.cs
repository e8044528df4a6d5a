using Tracer.Core.Expressions;
using Tracer.D.Diagnostics;

namespace Tracer.D.Tests;

/// <summary>Results as the tables have them.</summary>
internal static class Show
{
    /// <summary><c>int32: (parameter4 + 1)</c></summary>
    public static string Value(Expression expression) => $"{expression.Type}: {expression}";

    /// <summary><c>error ST0605 1-7: message; hint: ...</c>, columns from 1.</summary>
    public static string Diagnostics(IReadOnlyList<ExpressionDiagnostic> diagnostics) =>
        string.Join(" || ", diagnostics.Select(d => $"error {d.Id} {d.Span.Start + 1}-{d.Span.End}: {d.Message}" + (d.Hint is null ? "" : $"; hint: {d.Hint}")));
}
