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
    // What is made together: all or none.
    private delegate IReadOnlyList<Probe>? Family(out string? problem);

    /// <summary>All of them that a file has no notes for.</summary>
    /// <param name="layout">The layout of the file's objects; null with a reason.</param>
    /// <param name="loop">Its evaluation loop, 3.11 and later; null with a reason.</param>
    /// <param name="reason">Why there is no layout or no loop.</param>
    /// <param name="isThere">Whether a probe of a name is there already.</param>
    public IReadOnlyList<Probe> Make(PythonLayout? layout, EvaluationLoop? loop, string? reason, Func<string, bool> isThere)
    {
        var probes = new List<Probe>();
        Add([RaisedProbe.Name], (out string? problem) => Needs(layout, out problem) ? RaisedProbe.Make(module, version, layout!, out problem) : null);
        Add([CaughtProbe.Name], (out string? problem) => Needs(layout, out problem) && (layout!.InterpreterFrame is null || Needs(loop, out problem))
            ? CaughtProbe.Make(module, version, layout, loop, out problem) : null);
        Add([CollectorProbes.Start, CollectorProbes.Done], (out string? problem) => CollectorProbes.Make(module, version, out problem));
        Add([ImportProbes.Start, ImportProbes.Done], (out string? problem) => !Needs(layout, out problem) ? null
            : version.Major == 2 ? OldImportProbes.Make(module, out problem) : ImportProbes.Make(module, layout!, out problem));
        Add(["line"], NoLines);
        // PEP 578.
        if (version.IsAtLeast(3, 8))
            Add(["audit"], NoAudit);
        return probes;

        void Add(string[] names, Family make)
        {
            var missing = names.Where(n => !isThere(n)).ToArray();
            if (missing.Length == 0)
                return;
            var made = make(out var problem);
            probes.AddRange(missing.Select(n => made?.Single(p => p.Name == n) ?? Dormant(n, problem!)));
        }

        bool Needs(object? needed, out string? problem)
        {
            problem = needed is null ? reason : null;
            return needed is not null;
        }
    }

    /// <summary>A probe that is not possible.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="problem">Why, in one clause.</param>
    public Probe Dormant(string name, string problem) => new("python", name, module, ProbeSource.Synthesised, PythonProbeParameters.Of(name), [])
    {
        DormantReason = $"not possible in this CPython {version}: {problem}",
    };

    private static IReadOnlyList<Probe>? NoLines(out string? problem)
    {
        problem = "the file has no note of this name, and lines pass no one place: each instruction has code of its own";
        return null;
    }

    // Python/sysmodule.c: without a hook PySys_Audit, which C code calls, and sys_audit each return by a test of their own.
    private static IReadOnlyList<Probe>? NoAudit(out string? problem)
    {
        problem = "the file has no note of this name, and without an audit hook no one place sees the events of both C code, which calls PySys_Audit, and sys.audit";
        return null;
    }
}
