using System.Text;

namespace Tracer.D.Diagnostics;

/// <summary>
/// Shows a diagnostic with the line of the source it is about, underlined. Control characters of the source are shown as <c>?</c>, so that what is
/// printed cannot steer a terminal; a long line is cut around the place.
/// </summary>
public static class DiagnosticFormatter
{
    private const int LongestLine = 120;

    /// <summary>The message, the line, a caret under the place and the hint, without a final line break.</summary>
    public static string Format(ExpressionDiagnostic diagnostic, string source)
    {
        ArgumentNullException.ThrowIfNull(diagnostic);
        ArgumentNullException.ThrowIfNull(source);
        var start = Math.Clamp(diagnostic.Span.Start, 0, source.Length);
        var end = Math.Clamp(diagnostic.Span.End, start, source.Length);
        var first = start == 0 ? 0 : source.LastIndexOf('\n', start - 1) + 1;
        var last = source.IndexOf('\n', start);
        last = last < 0 ? source.Length : last;
        if (first < last && source[last - 1] == '\r')
            last--;
        var (from, to) = Cut(first, last, start);

        var builder = new StringBuilder("error: ").Append(Safe(diagnostic.Message)).Append("\n  ");
        builder.Append(from > first ? "..." : "").Append(Safe(source.AsSpan(from, to - from))).Append(to < last ? "..." : "");
        builder.Append("\n  ").Append(' ', (from > first ? 3 : 0) + Columns(source, from, start));
        builder.Append('^').Append('~', Math.Max(0, Columns(source, start, Math.Min(end, Math.Max(start, to))) - 1));
        if (diagnostic.Hint is not null)
            builder.Append("\nhint: ").Append(Safe(diagnostic.Hint));
        return builder.ToString();
    }

    /// <summary>All of them, one after the other.</summary>
    public static string Format(IEnumerable<ExpressionDiagnostic> diagnostics, string source)
    {
        ArgumentNullException.ThrowIfNull(diagnostics);
        return string.Join('\n', diagnostics.Select(d => Format(d, source)));
    }

    private static (int From, int To) Cut(int first, int last, int start)
    {
        if (last - first <= LongestLine)
            return (first, last);
        var from = Math.Clamp(start - LongestLine / 2, first, last - LongestLine);
        return (from, from + LongestLine);
    }

    // One column a code point; text that is wider or narrower in a terminal underlines a little off.
    private static int Columns(string source, int from, int to)
    {
        var columns = 0;
        for (var k = from; k < to; k++)
            columns += char.IsLowSurrogate(source[k]) ? 0 : 1;
        return columns;
    }

    private static string Safe(ReadOnlySpan<char> text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var c in text)
            builder.Append(char.IsControl(c) ? (c == '\t' ? ' ' : '?') : c);
        return builder.ToString();
    }
}
