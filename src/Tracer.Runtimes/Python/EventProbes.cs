using Tracer.Core.Probes;
using Tracer.Core.Targets;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The probes of what happens beside functions: exceptions, collections of garbage, imports. Each is made on its own, so that one that is not possible in a build
/// is dormant with its reason and takes no other with it.
/// </summary>
/// <param name="module">The file with the interpreter.</param>
/// <param name="version">Its version.</param>
internal sealed class EventProbes(TargetModule module, PythonVersion version)
{
    private delegate Probe? Maker(out string? problem);

    /// <summary>All of them that a file has no notes for.</summary>
    /// <param name="layout">The layout of the file's objects; null with a reason.</param>
    /// <param name="loop">Its evaluation loop, 3.11 and later; null with a reason.</param>
    /// <param name="reason">Why there is no layout or no loop.</param>
    /// <param name="isThere">Whether a probe of a name is there already.</param>
    public IReadOnlyList<Probe> Make(PythonLayout? layout, EvaluationLoop? loop, string? reason, Func<string, bool> isThere)
    {
        (string Name, Maker Make)[] all =
        [
            (RaisedProbe.Name, (out string? problem) => Known(layout, reason, out problem) ? RaisedProbe.Make(module, version, layout!, out problem) : null),
            (CaughtProbe.Name, (out string? problem) => Known(layout, reason, out problem) && (layout!.InterpreterFrame is null || Known(loop, reason, out problem))
                ? CaughtProbe.Make(module, version, layout, loop, out problem) : null),
        ];
        return [.. all.Where(p => !isThere(p.Name)).Select(p => p.Make(out var problem) ?? Dormant(p.Name, problem!))];
    }

    /// <summary>A probe that is not possible.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="problem">Why, in one clause.</param>
    public Probe Dormant(string name, string problem) => new("python", name, module, ProbeSource.Synthesised, PythonProbeParameters.Of(name), [])
    {
        DormantReason = $"not possible in this CPython {version}: {problem}",
    };

    private static bool Known(object? needed, string? reason, out string? problem)
    {
        problem = needed is null ? reason : null;
        return needed is not null;
    }
}
