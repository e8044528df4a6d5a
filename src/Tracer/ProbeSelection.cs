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
                throw new TracerException("ST0201", FailureKind.Usage, error, null, "Examples: python:function__entry, python:::function-entry, 'app:*', 'app:request(string)', uprobe:libc:malloc.");
            specs.Add(spec);
        }

        return specs;
    }

    public static IReadOnlyList<Probe> Select(
        IReadOnlyList<ProbeSpec> specs, TargetProcess target, IReadOnlyList<IRuntime> runtimes, IReadOnlyList<IProbeProvider> providers, ILogger logger)
    {
        ProbeCatalog? catalog = null;
        var selected = new List<Probe>();
        foreach (var spec in specs)
        {
            IReadOnlyList<Probe> matches;
            if (providers.FirstOrDefault(p => p.Handles(spec)) is { } provider)
            {
                matches = provider.Resolve(spec).OrThrow(spec, $"process {target.ProcessId}");
                // One place that was named and cannot be had is an error, also when others can; of a pattern the rest is armed.
                if (matches.All(p => p.Sites.Count == 0))
                    throw CannotArm(matches[0]);
            }
            else
            {
                catalog ??= LoadCatalog(target, runtimes, logger);
                matches = catalog.Match(spec);
                if (matches.Count == 0)
                    throw NoMatch(spec, catalog, target);
            }

            foreach (var probe in matches.Where(p => !selected.Any(s => Same(s, p))))
                selected.Add(probe);
        }

        var armed = selected.Where(p => p.Sites.Count > 0).ToArray();
        if (armed.Length == 0)
            throw CannotArm(selected[0]);

        foreach (var probe in selected)
        {
            if ((probe.DormantReason ?? probe.Note) is { } note)
                SessionLog.ProbeNote(logger, probe.FullName, note);
        }

        return armed;
    }

    private static TracerException CannotArm(Probe probe) =>
        new("ST0205", FailureKind.Unsupported, $"{probe.FullName} is known here and cannot be armed.", probe.DormantReason);

    private static ProbeCatalog LoadCatalog(TargetProcess target, IReadOnlyList<IRuntime> runtimes, ILogger logger)
    {
        var catalog = ProbeCatalog.Load(target.Modules, runtimes);
        foreach (var runtime in catalog.Runtimes)
            SessionLog.RuntimeRecognised(logger, runtime);
        foreach (var warning in catalog.Warnings)
            SessionLog.CatalogWarning(logger, warning);
        return catalog;
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
