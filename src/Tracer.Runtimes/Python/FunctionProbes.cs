using Tracer.Core.Probes;

namespace Tracer.Runtimes.Python;

/// <summary>The probes of functions and generators: made by the way that suits the version, or those of the notes where none does.</summary>
internal static class FunctionProbes
{
    /// <summary>Their names.</summary>
    public static readonly IReadOnlyList<string> Names = ["function__entry", "function__return", "generator__resume", "generator__yield"];

    /// <summary>The probes, those that are not possible dormant with the reason.</summary>
    /// <param name="code">The interpreter.</param>
    /// <param name="notes">The probes of its notes.</param>
    public static IReadOnlyList<Probe> Make(InterpreterCode code, IReadOnlyList<Probe> notes)
    {
        string? problem = null;
        var made = code.Layout is not { } layout ? null
            : layout.InterpreterFrame is null ? EvalFrameProbes.Make(code.Module, code.Version, layout, out problem)
            : code.Loop is { } loop ? InterpreterFrameProbes.Make(code.Module, loop, code.Version, layout, out problem)
            : null;
        problem ??= code.Problem ?? code.LoopProblem;
        // The file's own sites need semaphores, which slow all of the interpreter down (3.11), and count the making of generators (3.15).
        made = made?.Select(p => p with
        {
            Continuation = p.Name switch { "function__entry" => "generator__resume", "function__return" => "generator__yield", _ => null },
            Replaced = [.. notes.Where(n => n.Name == p.Name).SelectMany(n => n.Sites)],
        }).ToArray() ?? [.. notes.Where(n => Names.Contains(n.Name)).Select(n => FromNote(code, n, notes.FirstOrDefault(p => p.Name == "line")))];
        return [.. made, .. Names.Where(n => !made.Any(p => p.Name == n)).Select(n => code.Dormant(n, problem!))];
    }

    private static Probe FromNote(InterpreterCode code, Probe note, Probe? line)
    {
        var probe = PythonProbeParameters.Apply(note);
        return (probe.Name, code.Version) switch
        {
            ("function__entry", { Major: 3, Minor: 11 }) => LineSemaphore.Wake(probe, line),
            // Counted on 3.15.2: making a generator is an entry too, and the frame that cleans up after __init__ has a return only.
            ("function__entry", { Major: 3, Minor: >= 15 }) => probe with { Note = "also when a generator or coroutine is made or resumed; not every entry has a return" },
            _ => probe,
        };
    }
}
