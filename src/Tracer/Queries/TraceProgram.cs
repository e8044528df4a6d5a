using Tracer.Allocations;
using Tracer.Core.Aggregations;
using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Linux;

namespace Tracer.Queries;

/// <summary>What a session was asked for, as programs of probes.</summary>
/// <param name="Probes">The probes to arm.</param>
/// <param name="Programs">What happens when they fire.</param>
/// <param name="Aggregations">What they fill, in the order of the queries; empty when they record events.</param>
internal sealed record TraceProgram(IReadOnlyList<Probe> Probes, IReadOnlyList<ProbeProgram> Programs, IReadOnlyList<Aggregation> Aggregations)
{
    /// <summary>Why nothing may have come of armed probes.</summary>
    public string Silence { get; init; } = "all sites were armed and the target did not pass any of them while it was traced.";

    public static TraceProgram Build(IReadOnlyList<ProbeSpec> specs, TraceOptions options, ProbeSelection selection)
    {
        if (options.Allocations is { } allocations)
            return AllocationPrograms.Make(allocations, selection, HasFilter(options, selection.ProcessId));
        var expressions = new ProbeExpressions(selection.Running, selection.DebugTypes);
        var latencies = options.Queries.Count(q => q.IsLatency);
        if (latencies > 0)
        {
            return latencies == options.Queries.Count
                ? Latencies(LatencyProbes.Select(specs, selection), options, expressions)
                : throw new TracerException("ST0213", FailureKind.Usage, "A latency and another query cannot share their probes.", null, "Trace them by two sessions.");
        }

        var probes = selection.Select(specs);
        CheckRequests(options.Requested, probes);
        var filters = probes.Select(p => expressions.Filter(options.Where, p)).ToArray();
        var (aggregations, actions) = Compile(options, probes, null, expressions);
        var programs = probes.Select((p, k) => aggregations.Count == 0
            ? Recording(p, filters[k], options, expressions, selection.Running)
            : new ProbeProgram(p) { Condition = filters[k], Actions = actions[k] });
        var program = new TraceProgram(probes, [.. programs], aggregations);
        return options.Where is null ? program : program with { Silence = "all sites were armed, and no hit of them satisfied the filter while the target was traced." };
    }

    private static bool HasFilter(TraceOptions options, int processId) =>
        !new ProcFs(options.Gate ?? LinuxSystemCalls.Instance).Status(processId).TryGet(out var status) || status.SeccompMode is not 0;

    // A request that no probe can meet is a mistake; that some cannot is not.
    private static void CheckRequests(IReadOnlyList<string> names, IReadOnlyList<Probe> probes)
    {
        if (names.FirstOrDefault(n => !probes.Any(p => p.Parameters.Any(q => q.Name == n))) is not { } name)
            return;
        throw new TracerException(
            "ST0220", FailureKind.Usage, $"None of the probes has '{name}'.", $"{string.Join(", ", probes.Select(p => p.FullName).Distinct().Take(3))} cannot tell it.",
            "Entries of interpreted functions have args, their returns have locals; sharptrace list shows what each probe has.");
    }

    private static ProbeProgram Recording(Probe probe, Expression? filter, TraceOptions options, ProbeExpressions expressions, RunningNames running)
    {
        var program = ProbeProgram.Recording(probe, filter);
        List<PlannedValue> values = [.. program.Values!];
        values.AddRange(expressions.Values(options.Values, probe).Where(i => !values.Any(v => v.Name == i.Text)).Select(i => new PlannedValue(i.Text, i.Expression)));
        values.AddRange(probe.Parameters.Select((p, k) => (p, k)).Where(x => options.Requested.Contains(x.p.Name) && !values.Any(v => v.Name == x.p.Name))
            .Select(x => new PlannedValue(x.p.Name, new ParameterExpression(x.k, x.p.Type))));
        if (options.StackBytes is { } bytes)
        {
            values.Add(new PlannedValue("ustack", new StackExpression(bytes)));
            // The frames of interpreted code are put between them where events are shown.
            if (running.Code(out _)?.Stack?.Picture is { } stack && !values.Any(v => v.Name == stack.Name))
                values.Add(new PlannedValue(stack.Name, stack.Value));
        }

        return program with { Values = values };
    }

    private static TraceProgram Latencies(LatencyProbes probes, TraceOptions options, ProbeExpressions expressions)
    {
        var latency = new LatencyPrograms(probes);
        var filters = probes.Returns.Select(p => expressions.Filter(options.Where, p)).ToArray();
        var (aggregations, actions) = Compile(options, probes.Returns, LatencyPrograms.Value, expressions);
        return new TraceProgram([.. probes.Entries, .. probes.Returns], latency.Make(filters, actions), aggregations)
        {
            Silence = $"all sites were armed, and no return{(options.Where is null ? "" : " that satisfies the filter")} was seen together with its entry while the target was traced.",
        };
    }

    private static (IReadOnlyList<Aggregation> Aggregations, IReadOnlyList<IReadOnlyList<ClauseAction>> Actions) Compile(
        TraceOptions options, IReadOnlyList<Probe> probes, Expression? latency, ProbeExpressions expressions)
    {
        var compiler = new QueryCompiler(expressions);
        var aggregations = new List<Aggregation>();
        var actions = probes.Select(_ => new List<ClauseAction>()).ToArray();
        foreach (var query in options.Queries)
        {
            var (aggregation, perProbe) = compiler.Compile(query, probes, latency);
            aggregations.Add(aggregation);
            for (var k = 0; k < actions.Length; k++)
                actions[k].Add(perProbe[k]);
        }

        return (aggregations, actions);
    }
}
