using Tracer.Core.Diagnostics;
using Tracer.Core.Probes;

namespace Tracer.Queries;

/// <summary>The probes that a latency is measured between.</summary>
/// <param name="Entries">Where times begin; empty when the returns follow their functions' frames themselves.</param>
/// <param name="Returns">Where times end.</param>
internal sealed record LatencyProbes(IReadOnlyList<Probe> Entries, IReadOnlyList<Probe> Returns)
{
    // How providers name the two ends of a thing.
    private static readonly (string Entry, string Return)[] Endings =
    [
        ("__entry", "__return"), ("__entry", "__exit"), ("__enter", "__exit"), ("__begin", "__end"), ("__begin", "__done"), ("__start", "__done"),
        ("__start", "__end"), ("__start", "__stop"), ("__start", "__finish"), ("__init", "__fini"),
    ];

    public static LatencyProbes Select(IReadOnlyList<ProbeSpec> specs, ProbeSelection selection)
    {
        switch (specs.Count)
        {
            case 1:
                return OfFunction(specs[0], selection);
            case 2:
                return OfPair(specs[0], specs[1], selection);
            default:
                throw new TracerException("ST0211", FailureKind.Usage, $"A latency is of one function, or between two probes, not of {specs.Count}.");
        }
    }

    private static LatencyProbes OfFunction(ProbeSpec function, ProbeSelection selection)
    {
        // The latency of a function of native code is known where it is left.
        if (function.Native is { } native)
            function = function with { Native = native with { IsReturn = true } };
        foreach (var (entry, @return) in Endings)
        {
            var (first, last) = (function with { Name = function.Name + entry }, function with { Name = function.Name + @return });
            if (selection.Listed(first).Count > 0 && selection.Listed(last).Count > 0)
                return OfPair(first, last, selection);
        }

        var probes = selection.Select([function]);
        if (probes.FirstOrDefault(p => !FollowsFrames(p)) is { } other)
        {
            throw new TracerException(
                "ST0212", FailureKind.Usage, $"{other.FullName} does not fire where a function is left.",
                function.Native is null ? $"Nor has the process two probes such as {function.Provider}:{function.Name}__entry and {function.Provider}:{function.Name}__return." : null,
                function.Native is null ? "Name two probes, where times begin and where they end." : "Ask for its return (uretprobe:MODULE:FUNCTION), or name two probes.");
        }

        return new LatencyProbes([], probes);
    }

    private static LatencyProbes OfPair(ProbeSpec entry, ProbeSpec @return, ProbeSelection selection)
    {
        var entries = WithContinuations(entry, selection);
        var returns = WithContinuations(@return, selection);
        var begins = entries.SelectMany(p => p.Sites).Select(s => s.Location).ToHashSet();
        return returns.All(r => FollowsFrames(r) && r.Companions.Count > 0 && r.Companions.All(c => begins.Contains(c.Location)))
            ? new LatencyProbes([], returns)
            // The kernel does not follow all calls: pairs that are told by their nesting need every return.
            : new LatencyProbes(entries, [.. returns.Select(r => r with { Calls = [] })]);
    }

    private static IReadOnlyList<Probe> WithContinuations(ProbeSpec spec, ProbeSelection selection)
    {
        var probes = selection.Select([spec]);
        var others = probes.Select(p => p.Continuation).OfType<string>().Distinct().Select(n => spec with { Name = n }).ToArray();
        return others.Length == 0 ? probes : [.. probes, .. selection.Select(others)];
    }

    private static bool FollowsFrames(Probe probe) => probe.Sites.All(s => s.Restore is not null);
}
