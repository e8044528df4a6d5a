using System.Diagnostics.CodeAnalysis;
using Tracer.D.Diagnostics;

namespace Tracer.D.Syntax;

/// <summary>Text to a syntax tree. Takes any text, never throws, and reads at most 64 KiB nested at most <see cref="ExpressionSyntax.MaximumDepth"/> deep.</summary>
public static class ExpressionParser
{
    /// <summary>Parses one expression.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ExpressionSyntax? expression, out IReadOnlyList<ExpressionDiagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(text);
        var list = new DiagnosticList();
        expression = Parser.Parse(text, list);
        diagnostics = list.Items;
        return expression is not null;
    }

    /// <summary>Parses one expression or several with commas between them.</summary>
    public static bool TryParseList(string text, out IReadOnlyList<ExpressionSyntax> expressions, out IReadOnlyList<ExpressionDiagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(text);
        var list = new DiagnosticList();
        expressions = Parser.ParseList(text, list);
        diagnostics = list.Items;
        return expressions.Count > 0;
    }
}
