using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Runtimes.Python;

/// <summary>CPython's code in one file of a target: a libpython or a program it is linked into.</summary>
internal sealed class PythonModule(ISystemCallGate gate, TargetModule module, PythonFacts facts) : IRuntimeModule
{
    private const string Provider = "python";
    private static readonly string[] Names = ["function__entry", "function__return", "generator__resume", "generator__yield"];

    public string Description => $"CPython {facts.Version}";

    public IReadOnlyList<Probe> FindProbes(IReadOnlyList<Probe> notes)
    {
        var layout = facts.Layout(gate, module, out var problem);
        var loop = layout?.InterpreterFrame is null ? null : EvaluationLoop.Find(module.Image, facts.Version, layout, out problem);
        var reason = problem;
        var synthesised = layout is null ? null
            : loop is not null ? InterpreterFrameProbes.Make(module, loop, facts.Version, layout, out problem)
            : layout.InterpreterFrame is null ? EvalFrameProbes.Make(module, facts.Version, layout, out problem)
            : null;
        var events = new EventProbes(module, facts.Version);
        var probes = new List<Probe>(notes.Count + Names.Length);
        var line = notes.FirstOrDefault(p => p is { Provider: Provider, Name: "line" });
        probes.AddRange(OfFunctions(layout, reason));
        foreach (var note in notes)
        {
            // The file's own sites need semaphores, which slow all of the interpreter down (3.11), and count the making of generators (3.15).
            if (note.Provider == Provider && synthesised is not null && Names.Contains(note.Name))
                continue;
            probes.Add(note.Provider == Provider ? FromNote(note, line) : note);
        }

        if (synthesised is not null)
        {
            probes.AddRange(synthesised.Select(p => p with
            {
                Continuation = p.Name switch { "function__entry" => "generator__resume", "function__return" => "generator__yield", _ => null },
                Replaced = [.. notes.Where(n => n.Provider == Provider && n.Name == p.Name).SelectMany(n => n.Sites)],
            }));
        }

        probes.AddRange(Names.Where(n => !IsThere(n)).Select(n => events.Dormant(n, problem!)));
        probes.AddRange(events.Make(layout, loop, reason, IsThere));
        return probes;

        bool IsThere(string name) => probes.Any(p => p.Provider == Provider && p.Name == name);
    }

    public RunningCode? FindRunning(out string? problem) =>
        facts.Layout(gate, module, out problem) is { } layout ? RunningFunction.Find(module, facts.Version, layout, out problem) : null;

    // What the interpreter's own functions tell; each kind fails for itself.
    private IEnumerable<Probe> OfFunctions(PythonLayout? layout, string? reason)
    {
        var code = new InterpreterCode(module, facts.Version, layout, reason);
        return [.. InstanceProbes.Make(module, code), .. ThreadProbes.Make(code), .. GilProbes.Make(code), .. CFunctionProbes.Make(code)];
    }

    private Probe FromNote(Probe note, Probe? line)
    {
        var probe = PythonProbeParameters.Apply(note);
        return (probe.Name, facts.Version) switch
        {
            ("function__entry", { Major: 3, Minor: 11 }) => LineSemaphore.Wake(probe, line),
            // Counted on 3.15.2: making a generator is an entry too, and the frame that cleans up after __init__ has a return only.
            ("function__entry", { Major: 3, Minor: >= 15 }) => probe with { Note = "also when a generator or coroutine is made or resumed; not every entry has a return" },
            _ => probe,
        };
    }
}
