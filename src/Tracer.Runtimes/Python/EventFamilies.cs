using Tracer.Core.Probes;
using Tracer.Core.Runtimes;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The probes of what happens beside functions: exceptions, collections of garbage, imports, instances, threads. Each family is made on its own, so that one that is
/// not possible in a build is dormant with its reason and takes no other with it.
/// </summary>
internal static class EventFamilies
{
    private const string NoLines = "the file has no note of this name, and lines pass no one place; a line by its number can be had: python:FILE:LINE";

    // Python/sysmodule.c: without a hook PySys_Audit, which C code calls, and sys_audit each return by a test of their own.
    private const string NoAudit =
        "the file has no note of this name, and without an audit hook no one place sees the events of both C code, which calls PySys_Audit, and sys.audit";

    // Probes, or null with a reason in one clause.
    private delegate IReadOnlyList<Probe>? Making(out string? problem);

    private delegate IReadOnlyList<Probe>? MakingOfLayout(PythonLayout layout, out string? problem);

    /// <summary>All of them.</summary>
    /// <param name="code">The interpreter.</param>
    /// <param name="notes">The names of probes that its notes have.</param>
    public static IEnumerable<ProbeFamily> Of(InterpreterCode code, IReadOnlyList<string> notes)
    {
        var (module, version) = (code.Module, code.Version);
        List<ProbeFamily?> families =
        [
            Family([InstanceProbes.New, InstanceProbes.Delete], () => InstanceProbes.Make(code)),
            Family([ThreadProbes.Start, ThreadProbes.Exit], () => ThreadProbes.Make(code)),
            Family([GilProbes.Start, GilProbes.Done], () => GilProbes.Make(code)),
            Family([CFunctionProbes.Entry, CFunctionProbes.Return], () => CFunctionProbes.Make(code)),
            OfLayout([RaisedProbe.Name], (PythonLayout layout, out string? problem) => RaisedProbe.Make(module, version, layout, out problem)),
            OfLayout([CaughtProbe.Name], (PythonLayout layout, out string? problem) =>
            {
                problem = code.LoopProblem;
                return layout.InterpreterFrame is null || code.Loop is not null ? CaughtProbe.Make(module, version, layout, code.Loop, out problem) : null;
            }),
            Possible([CollectorProbes.Start, CollectorProbes.Done], (out string? problem) => CollectorProbes.Make(module, version, out problem)),
            OfLayout([ImportProbes.Start, ImportProbes.Done], (PythonLayout layout, out string? problem) =>
                version.Major == 2 ? OldImportProbes.Make(module, out problem) : ImportProbes.Make(module, layout, out problem)),
            Family(["line"], () => [code.Dormant("line", NoLines)]),
            // PEP 578.
            version.IsAtLeast(3, 8) ? Family(["audit"], () => [code.Dormant("audit", NoAudit)]) : null,
        ];
        return families.OfType<ProbeFamily>();

        ProbeFamily? Family(string[] names, Func<IReadOnlyList<Probe>> make)
        {
            var missing = names.Except(notes).ToArray();
            return missing.Length == 0 ? null : new ProbeFamily(InterpreterCode.Provider, missing, () => [.. make().Where(p => missing.Contains(p.Name))]);
        }

        ProbeFamily? Possible(string[] names, Making make) => Family(names, () => make(out var problem) ?? [.. names.Select(n => code.Dormant(n, problem!))]);

        ProbeFamily? OfLayout(string[] names, MakingOfLayout make) => Possible(names, (out string? problem) =>
        {
            problem = code.Problem;
            return code.Layout is { } layout ? make(layout, out problem) : null;
        });
    }
}
