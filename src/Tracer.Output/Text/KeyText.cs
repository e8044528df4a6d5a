using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;

namespace Tracer.Output.Text;

/// <summary>A key of a row as a cell of a table: on one line, harmless to a terminal, never empty.</summary>
internal static class KeyText
{
    public static string Of(TraceValue key) => key.Status switch
    {
        // A row gathers the unreadable keys of any address, or of any reason.
        EvaluationStatus.Fault => "<unreadable>",
        EvaluationStatus.Unavailable => "<unavailable>",
        _ when key.Type is TextType && key.Text is { Length: 0 } && key.Status == EvaluationStatus.Ok => "\"\"",
        _ => TextEscaper.Escape(key.ToString()),
    };
}
