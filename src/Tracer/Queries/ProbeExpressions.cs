using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.D;
using Tracer.D.Binding;
using Tracer.D.Diagnostics;
using Tracer.Elf.Dwarf;

namespace Tracer.Queries;

/// <summary>Compiles what a user wrote in D for a probe; what cannot be compiled is a failure that shows the place.</summary>
/// <param name="surroundings">Names of the process.</param>
/// <param name="debugTypes">The types of all files of the process.</param>
internal sealed class ProbeExpressions(ISurroundings? surroundings, IEnumerable<DwarfTypes> debugTypes)
{
    /// <summary>A filter; null for none.</summary>
    public Expression? Filter(string? text, Probe probe)
    {
        if (text is null)
            return null;
        return ExpressionCompiler.TryCompilePredicate(text, ScopeOf(probe), out var filter, out var problems) ? filter : throw Refused("filter", text, probe, problems);
    }

    /// <summary>A value to sum up.</summary>
    public Expression Value(string text, Probe probe)
    {
        if (!ExpressionCompiler.TryCompile(text, ScopeOf(probe), out var value, out var problems))
            throw Refused("value", text, probe, problems);
        if (value.Type is not IntegerType)
            throw new TracerException("ST0214", FailureKind.Usage, $"The value '{text}' of {probe.FullName} is a {value.Type}.", null, "Values that are summed up are integers.");
        return value;
    }

    /// <summary>Keys, each once.</summary>
    public IReadOnlyList<CompiledItem> Keys(IReadOnlyList<string> texts, Probe probe) => Items("key", texts, probe, (item, type) => type is IntegerType or TextType or StackType
        ? null
        : new TracerException("ST0208", FailureKind.Usage, $"The key '{item}' of {probe.FullName} is a {type}.", null, "Keys are integers, strings and stacks (ustack)."));

    /// <summary>Values to record, each once.</summary>
    public IReadOnlyList<CompiledItem> Values(IReadOnlyList<string> texts, Probe probe) => Items("value", texts, probe, (item, type) => type is IntegerType or TextType or FloatType or PictureType
        ? null
        : new TracerException("ST0218", FailureKind.Usage, $"The value '{item}' of {probe.FullName} is a {type}.", null, "Values are numbers and strings; --stack shows stacks."));

    private List<CompiledItem> Items(string role, IReadOnlyList<string> texts, Probe probe, Func<string, ExpressionType, TracerException?> refuse)
    {
        var all = new List<CompiledItem>();
        foreach (var text in texts)
        {
            if (!ExpressionCompiler.TryCompileList(text, ScopeOf(probe), out var items, out var problems))
                throw Refused(role, text, probe, problems);
            foreach (var item in items.Where(i => !all.Any(k => k.Text == i.Text)))
            {
                if (refuse(item.Text, item.Expression.Type) is { } refusal)
                    throw refusal;
                all.Add(item);
            }
        }

        return all;
    }

    // Members of structures are known where the probe's parameters have types of the debugging information.
    private ProbeScope ScopeOf(Probe probe)
    {
        var types = probe.Parameters.Select(p => p.DebugType).ToArray();
        return new ProbeScope(probe, new ProcessDebugTypes(new DwarfDebugTypes(types, probe.DebugTypes), debugTypes), surroundings);
    }

    private static TracerException Refused(string role, string text, Probe probe, IReadOnlyList<ExpressionDiagnostic> problems) =>
        new(problems[0].Id, FailureKind.Usage, $"The {role} '{text}' cannot be compiled for {probe.FullName}.", problems[0].Message + ".", problems[0].Hint is { } hint ? hint + "." : null)
        {
            Listing = DiagnosticFormatter.Format(problems, text),
        };
}
