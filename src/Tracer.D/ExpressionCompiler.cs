using System.Diagnostics.CodeAnalysis;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.D.Binding;
using Tracer.D.Diagnostics;
using Tracer.D.Syntax;

namespace Tracer.D;

/// <summary>
/// Text of the D language to typed expressions over a probe, as <c>--where</c>, <c>--by</c> and <c>--value</c> need them. An expression holds parameters
/// and values of the hit that a plan replaces by what a site has. For several probes the text is compiled for each, because their parameters
/// differ; what one probe lacks is an error that names it. Nothing throws; on failure there is at least one diagnostic.
/// </summary>
public static class ExpressionCompiler
{
    /// <summary>Compiles one expression of any type: an integer, a text or a float.</summary>
    public static bool TryCompile(string text, Probe probe, [NotNullWhen(true)] out Expression? expression, out IReadOnlyList<ExpressionDiagnostic> diagnostics) =>
        TryCompile(text, new ProbeScope(probe), out expression, out diagnostics);

    /// <summary>Compiles one expression of any type over a scope.</summary>
    public static bool TryCompile(string text, Scope scope, [NotNullWhen(true)] out Expression? expression, out IReadOnlyList<ExpressionDiagnostic> diagnostics) =>
        TryCompile(text, scope, static (binder, syntax) => binder.BindValue(syntax), out expression, out diagnostics);

    /// <summary>Compiles a condition: an integer, true when it is not zero.</summary>
    public static bool TryCompilePredicate(string text, Probe probe, [NotNullWhen(true)] out Expression? predicate, out IReadOnlyList<ExpressionDiagnostic> diagnostics) =>
        TryCompilePredicate(text, new ProbeScope(probe), out predicate, out diagnostics);

    /// <summary>Compiles a condition over a scope.</summary>
    public static bool TryCompilePredicate(string text, Scope scope, [NotNullWhen(true)] out Expression? predicate, out IReadOnlyList<ExpressionDiagnostic> diagnostics) =>
        TryCompile(text, scope, static (binder, syntax) => binder.BindPredicate(syntax), out predicate, out diagnostics);

    /// <summary>Compiles expressions with commas between them: <c>funcname,pid</c>.</summary>
    public static bool TryCompileList(string text, Probe probe, out IReadOnlyList<CompiledItem> items, out IReadOnlyList<ExpressionDiagnostic> diagnostics) =>
        TryCompileList(text, new ProbeScope(probe), out items, out diagnostics);

    /// <summary>Compiles expressions with commas between them over a scope; empty on failure.</summary>
    public static bool TryCompileList(string text, Scope scope, out IReadOnlyList<CompiledItem> items, out IReadOnlyList<ExpressionDiagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(scope);
        var list = new DiagnosticList();
        var binder = new ExpressionBinder(scope, list);
        var compiled = new List<CompiledItem>();
        foreach (var syntax in Parser.ParseList(text, list))
        {
            if (binder.BindValue(syntax) is { } expression)
                compiled.Add(new CompiledItem(text.Substring(syntax.Span.Start, syntax.Span.Length), expression));
        }

        diagnostics = list.Items;
        items = list.Any ? [] : compiled;
        return !list.Any;
    }

    private static bool TryCompile(
        string text, Scope scope, Func<ExpressionBinder, ExpressionSyntax, Expression?> bind, [NotNullWhen(true)] out Expression? expression, out IReadOnlyList<ExpressionDiagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(scope);
        var list = new DiagnosticList();
        var syntax = Parser.Parse(text, list);
        expression = syntax is null ? null : bind(new ExpressionBinder(scope, list), syntax);
        diagnostics = list.Items;
        return expression is not null;
    }
}
