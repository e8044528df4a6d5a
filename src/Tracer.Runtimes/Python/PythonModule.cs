using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Runtimes.Python;

/// <summary>CPython's code in one file of a target: a libpython or a program it is linked into.</summary>
internal sealed class PythonModule(ISystemCallGate gate, TargetModule module, PythonFacts facts) : IRuntimeModule
{
    private const string Provider = "python";

    public string Description => $"CPython {facts.Version}";

    public IReadOnlyList<Probe> FindProbes(IReadOnlyList<Probe> notes)
    {
        var probes = new List<Probe>(notes.Count + 2);
        var line = notes.FirstOrDefault(p => p is { Provider: Provider, Name: "line" });
        foreach (var note in notes)
            probes.Add(note.Provider == Provider ? FromNote(note, line) : note);
        if (!notes.Any(p => p is { Provider: Provider, Name: "function__entry" or "function__return" }))
            probes.AddRange(Synthesised());
        return probes;
    }

    private Probe FromNote(Probe note, Probe? line)
    {
        var probe = PythonProbeParameters.Apply(note);
        return (probe.Name, facts.Version) switch
        {
            ("function__entry", { Major: 3, Minor: 11 }) => LineSemaphore.Wake(probe, line),
            // Python/bytecodes.c since 3.15: the probes stand in the helpers that start and leave a frame, and a generator's creation starts one.
            ("function__entry", { Major: 3, Minor: >= 15 }) => probe with { Note = "also when a generator or coroutine is made or resumed; not every entry has a return" },
            _ => probe,
        };
    }

    private IReadOnlyList<Probe> Synthesised()
    {
        var version = facts.Version;
        if (!version.IsAtLeast(3, 6) || version.IsAtLeast(3, 11))
            return Dormant($"not supported yet for CPython {version}: the file has no such notes, and sharptrace makes these probes for CPython 3.6 to 3.10");
        var layout = facts.Layout(gate, module, out var problem);
        var probes = layout is null ? null : EvalFrameProbes.Make(module, version, layout, out problem);
        return probes ?? Dormant($"not possible in this CPython {version}: {problem}");
    }

    private Probe[] Dormant(string reason) =>
    [
        new(Provider, "function__entry", module, ProbeSource.Synthesised, PythonProbeParameters.Position, []) { DormantReason = reason },
        new(Provider, "function__return", module, ProbeSource.Synthesised, PythonProbeParameters.Position, []) { DormantReason = reason },
    ];
}
