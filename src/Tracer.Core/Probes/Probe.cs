using Tracer.Core.Targets;
using Tracer.Elf.Dwarf;

namespace Tracer.Core.Probes;

/// <summary>A probe of a target: its name, its typed parameters and the sites where it fires.</summary>
/// <param name="Provider">Provider name: <c>python</c>.</param>
/// <param name="Name">Probe name in USDT spelling: <c>function__entry</c>.</param>
/// <param name="Module">The mapped file it is in.</param>
/// <param name="Source">Note or synthesised.</param>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Sites">Where it fires; empty when it cannot.</param>
public sealed record Probe(
    string Provider, string Name, TargetModule Module, ProbeSource Source, IReadOnlyList<ProbeParameter> Parameters, IReadOnlyList<ProbeSite> Sites)
{
    /// <summary>Places that must be instrumented together with the sites.</summary>
    public IReadOnlyList<CompanionSite> Companions { get; init; } = [];

    /// <summary>
    /// Sites that can stand in for <see cref="Sites"/> and companions where a backend follows calls: the entries of the functions whose returns the probe is (<see cref="ProbeSite.Call"/>).
    /// </summary>
    public IReadOnlyList<ProbeSite> Calls { get; init; } = [];

    /// <summary>Why following calls may harm the target or tell something else than the sites, in one clause; null when it does neither.</summary>
    public string? CallCaveat { get; init; }

    /// <summary>Semaphores of other probes that must be raised for this one to fire.</summary>
    public IReadOnlyList<Activation> Activations { get; init; } = [];

    /// <summary>
    /// The name of the probe that begins or ends the same kind of time where this one does not fire: generators go on and are suspended between their entry and their
    /// return, and other functions run in between. Times take both; null when there is none.
    /// </summary>
    public string? Continuation { get; init; }

    /// <summary>The sites of the file's own notes that are not armed because this probe's are better; empty for other probes.</summary>
    public IReadOnlyList<ProbeSite> Replaced { get; init; } = [];

    /// <summary>Why the probe would not fire even when it is armed, as far as is known; null when it is ready.</summary>
    public string? DormantReason { get; init; }

    /// <summary>How sharptrace makes it fire or where the probe comes from, in one clause for <c>-v</c> and <c>list</c>; null when there is nothing to say.</summary>
    public string? Note { get; init; }

    /// <summary>The function of native code that it observes, as DTrace's <c>probefunc</c>; null for other probes.</summary>
    public string? Function { get; init; }

    /// <summary>The types of its file's debugging information, for what expressions name; null when there are none.</summary>
    public DwarfTypes? DebugTypes { get; init; }

    /// <summary>The probe observed by following calls.</summary>
    public Probe FollowingCalls() => this with { Sites = Calls, Companions = [], Calls = [] };

    /// <summary><c>provider:name</c>.</summary>
    public string FullName => $"{Provider}:{Name}";

    /// <inheritdoc/>
    public override string ToString() => $"{FullName}({string.Join(", ", Parameters.Where(p => !p.IsOnRequest))})";
}
