using Microsoft.Extensions.Logging;
using Tracer.Core.Diagnostics;
using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Logging;

namespace Tracer;

/// <summary>From what the user wrote to the probes of a target.</summary>
internal static class ProbeSelection
{
    public static IReadOnlyList<ProbeSpec> Parse(IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            throw new TracerException("ST0200", FailureKind.Usage, "No probe was asked for.", null, "Name at least one, as provider:probe.");
        var specs = new List<ProbeSpec>(texts.Count);
        foreach (var text in texts)
        {
            if (!ProbeSpec.TryParse(text, out var spec, out var error))
                throw new TracerException("ST0201", FailureKind.Usage, error, null, "Examples: python:function__entry, python:::function-entry, 'app:*', 'app:request(string)'.");
            specs.Add(spec);
        }

        return specs;
    }

    public static ProbeCatalog LoadCatalog(TargetProcess target, IReadOnlyList<IRuntime> runtimes, ILogger logger)
    {
        var catalog = ProbeCatalog.Load(target.Modules, runtimes);
        foreach (var runtime in catalog.Runtimes)
            SessionLog.RuntimeRecognised(logger, runtime);
        foreach (var warning in catalog.Warnings)
            SessionLog.CatalogWarning(logger, warning);
        return catalog;
    }

    public static IReadOnlyList<Probe> Select(IReadOnlyList<ProbeSpec> specs, TargetProcess target, ProbeCatalog catalog, ILogger logger)
    {
        var selected = new List<Probe>();
        foreach (var spec in specs)
        {
            var matches = catalog.Match(spec);
            if (matches.Count == 0)
                throw NoMatch(spec, catalog, target);
            foreach (var probe in matches.Where(p => !selected.Any(s => Same(s, p))))
                selected.Add(probe);
        }

        var armed = selected.Where(p => p.Sites.Count > 0).ToArray();
        if (armed.Length == 0)
        {
            var probe = selected[0];
            throw new TracerException("ST0205", FailureKind.Unsupported, $"{probe.FullName} is known here and cannot be armed.", probe.DormantReason);
        }

        foreach (var probe in selected)
        {
            if ((probe.DormantReason ?? probe.Note) is { } note)
                SessionLog.ProbeNote(logger, probe.FullName, note);
        }

        return armed;
    }

    private static bool Same(Probe left, Probe right) => left.Provider == right.Provider && left.Name == right.Name && left.Module == right.Module;

    private static TracerException NoMatch(ProbeSpec spec, ProbeCatalog catalog, TargetProcess target)
    {
        var near = catalog.Suggest(spec);
        var why = catalog.Probes.Count == 0
            ? $"The {target.Modules.Count} files it has mapped hold no probe notes and no runtime that sharptrace knows."
            : $"The process has {catalog.Probes.Count} probes, none of this name.";
        var remedy = near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}?" : $"Run 'sharptrace list {target.ProcessId}' to see what there is.";
        return new TracerException("ST0202", FailureKind.NotFound, $"No probe of process {target.ProcessId} matches '{spec.Text}'.", why, remedy);
    }
}
