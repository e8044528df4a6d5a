using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.D;
using Tracer.D.Diagnostics;

namespace Tracer.Queries;

/// <summary>Compiles what a user wrote in D for a probe; what cannot be compiled is a failure that shows the place.</summary>
internal static class ProbeExpressions
{
    /// <summary>A filter; null for none.</summary>
    public static Expression? Filter(string? text, Probe probe)
    {
        if (text is null)
            return null;
        return ExpressionCompiler.TryCompilePredicate(text, probe, out var filter, out var problems) ? filter : throw Refused("filter", text, probe, problems);
    }

    /// <summary>A value to sum up.</summary>
    public static Expression Value(string text, Probe probe)
    {
        if (!ExpressionCompiler.TryCompile(text, probe, out var value, out var problems))
            throw Refused("value", text, probe, problems);
        if (value.Type is not IntegerType)
            throw new TracerException("ST0214", FailureKind.Usage, $"The value '{text}' of {probe.FullName} is a {value.Type}.", null, "Values that are summed up are integers.");
        return value;
    }

    /// <summary>Keys, each once.</summary>
    public static IReadOnlyList<CompiledItem> Keys(IReadOnlyList<string> texts, Probe probe)
    {
        var keys = new List<CompiledItem>();
        foreach (var text in texts)
        {
            if (!ExpressionCompiler.TryCompileList(text, probe, out var items, out var problems))
                throw Refused("key", text, probe, problems);
            foreach (var item in items.Where(i => !keys.Any(k => k.Text == i.Text)))
            {
                if (item.Expression.Type is not (IntegerType or TextType))
                    throw new TracerException("ST0208", FailureKind.Usage, $"The key '{item.Text}' of {probe.FullName} is a {item.Expression.Type}.", null, "Keys are integers and strings.");
                keys.Add(item);
            }
        }

        return keys;
    }

    private static TracerException Refused(string role, string text, Probe probe, IReadOnlyList<ExpressionDiagnostic> problems) =>
        new(problems[0].Id, FailureKind.Usage, $"The {role} '{text}' cannot be compiled for {probe.FullName}.", problems[0].Message + ".", problems[0].Hint is { } hint ? hint + "." : null)
        {
            Listing = DiagnosticFormatter.Format(problems, text),
        };
}
