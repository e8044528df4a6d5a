using Microsoft.Extensions.Logging;
using Tracer.Core.Diagnostics;
using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Logging;

namespace Tracer;

/// <summary>
/// Finds the probes of a process: places in native code are looked up when they are asked for, all others in a catalog that is loaded when it is first needed.
/// </summary>
internal sealed class ProbeFinder
{
    private readonly TargetProcess _target;
    private readonly IReadOnlyList<IRuntime> _runtimes;
    private readonly IReadOnlyList<IProbeProvider> _providers;
    private readonly ILogger _logger;
    private ProbeCatalog? _catalog;

    public ProbeFinder(ISystemCallGate gate, TargetProcess target, IReadOnlyList<IRuntime> runtimes, ILogger logger)
    {
        _target = target;
        _runtimes = runtimes;
        _logger = logger;
        _providers = BuiltIn.Providers(gate, target);
        foreach (var provider in _providers)
            target.Own(provider);
    }

    private ProbeCatalog Catalog => _catalog ??= LoadCatalog();

    /// <summary>Whether the process has a probe of notes or of a runtime that a spec means.</summary>
    public bool Has(ProbeSpec spec) => spec.Native is null && Catalog.Match(spec).Count > 0;

    /// <summary>The probes of these specs that can be armed, each once; what is worth knowing of them is logged.</summary>
    /// <exception cref="TracerException">A spec means no probe, or none of them can be armed.</exception>
    public IReadOnlyList<Probe> Select(params IReadOnlyList<ProbeSpec> specs)
    {
        var selected = new List<Probe>();
        foreach (var spec in specs)
        {
            foreach (var probe in Find(spec).Where(p => !selected.Any(s => Same(s, p))))
                selected.Add(probe);
        }

        var armed = selected.Where(p => p.Sites.Count > 0).ToArray();
        if (armed.Length == 0)
            throw CannotArm(selected[0]);

        foreach (var probe in selected)
        {
            if ((probe.DormantReason ?? probe.Note) is { } note)
                SessionLog.ProbeNote(_logger, probe.FullName, note);
        }

        return armed;
    }

    private IReadOnlyList<Probe> Find(ProbeSpec spec)
    {
        if (_providers.FirstOrDefault(p => p.Handles(spec)) is { } provider)
        {
            var places = provider.Resolve(spec).OrThrow(spec, $"process {_target.ProcessId}");
            // One place that was named and cannot be had is an error, also when others can; of a pattern the rest is armed.
            return places.Any(p => p.Sites.Count > 0) ? places : throw CannotArm(places[0]);
        }

        var matches = Catalog.Match(spec);
        return matches.Count > 0 ? matches : throw NoMatch(spec, Catalog);
    }

    private static TracerException CannotArm(Probe probe) =>
        new("ST0205", FailureKind.Unsupported, $"{probe.FullName} is known here and cannot be armed.", probe.DormantReason);

    private ProbeCatalog LoadCatalog()
    {
        var catalog = ProbeCatalog.Load(_target.Modules, _runtimes);
        foreach (var runtime in catalog.Runtimes)
            SessionLog.RuntimeRecognised(_logger, runtime);
        foreach (var warning in catalog.Warnings)
            SessionLog.CatalogWarning(_logger, warning);
        return catalog;
    }

    private static bool Same(Probe left, Probe right) => left.Provider == right.Provider && left.Name == right.Name && left.Module == right.Module;

    private TracerException NoMatch(ProbeSpec spec, ProbeCatalog catalog)
    {
        var near = catalog.Suggest(spec);
        var why = catalog.Probes.Count == 0
            ? $"The {_target.Modules.Count} files it has mapped hold no probe notes and no runtime that sharptrace knows."
            : $"The process has {catalog.Probes.Count} probes, none of this name.";
        var remedy = near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}?" : $"Run 'sharptrace list {_target.ProcessId}' to see what there is.";
        return new TracerException("ST0202", FailureKind.NotFound, $"No probe of process {_target.ProcessId} matches '{spec.Text}'.", why, remedy);
    }
}
