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
}
