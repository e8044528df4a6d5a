using Tracer.Core.Diagnostics;

namespace Tracer.Core.Probes;

/// <summary>What a provider found for a spec.</summary>
/// <param name="Probes">The probes; empty when there is a problem.</param>
/// <param name="Problem">Why there are none, one sentence; null when there are.</param>
/// <param name="Suggestions">Specs near the one that matched nothing, best first.</param>
public sealed record ProbeResolution(IReadOnlyList<Probe> Probes, string? Problem, IReadOnlyList<string> Suggestions)
{
    /// <summary>Probes that were found.</summary>
    public static ProbeResolution Of(IReadOnlyList<Probe> probes) => new(probes, null, []);

    /// <summary>Nothing, with the reason.</summary>
    public static ProbeResolution None(string problem, IReadOnlyList<string>? suggestions = null) => new([], problem, suggestions ?? []);

    /// <summary>The probes.</summary>
    /// <param name="spec">What was asked for.</param>
    /// <param name="target">Where, as it is to be named to the user: <c>process 12</c>, a path.</param>
    /// <exception cref="TracerException">There is a problem.</exception>
    public IReadOnlyList<Probe> OrThrow(ProbeSpec spec, string target)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (Problem is not { } problem)
            return Probes;
        var remedy = Suggestions.Count > 0 ? $"Did you mean {string.Join(" or ", Suggestions)}?" : null;
        throw new TracerException("ST0207", FailureKind.NotFound, $"Nothing can be probed in {target} for '{spec.Text}'.", problem, remedy);
    }
}
