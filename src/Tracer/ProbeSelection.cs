using Microsoft.Extensions.Logging;
using Tracer.Core.Diagnostics;
using Tracer.Core.Probes;
using Tracer.Core.Probes.Declarations;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Elf.Dwarf;
using Tracer.Linux;
using Tracer.Logging;
using Tracer.Queries;

namespace Tracer;

/// <summary>From what the user wrote to the probes of a target.</summary>
internal sealed class ProbeSelection(TargetProcess target, IReadOnlyList<IRuntime> runtimes, IReadOnlyList<IProbeProvider> providers, ILogger logger)
{
    private ProbeCatalog? _catalog;

    /// <summary>The types of the debugging information of all files.</summary>
    public IEnumerable<DwarfTypes> DebugTypes => providers.SelectMany(p => p.FindTypes());

    /// <summary>Whether specs that match nothing are passed over as long as others match: they may match in another process, or later.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Names and types of the arguments of notes; null for those that sharptrace brings.</summary>
    public ProviderDeclarations? Declarations { get; init; }

    /// <summary>The target.</summary>
    public int ProcessId => target.ProcessId;

    /// <summary>The names of the interpreted code that runs in the target.</summary>
    public RunningNames Running { get; } = new(target, runtimes);

    // Reading all notes takes time, which a trace of native code need not spend.
    private ProbeCatalog Catalog => _catalog ??= LoadCatalog();

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

    /// <summary>The probes of a note or a runtime that a spec asks for; none for places in native code, which are no part of the catalog.</summary>
    public IReadOnlyList<Probe> Listed(ProbeSpec spec) => providers.Any(p => p.Handles(spec)) ? [] : Catalog.Match(spec);

    /// <summary>The probes of a place in native code that can be armed; none when it is not there.</summary>
    public IReadOnlyList<Probe> Find(string spec)
    {
        if (!ProbeSpec.TryParse(spec, out var parsed, out _) || providers.FirstOrDefault(p => p.Handles(parsed)) is not { } provider)
            return [];
        return [.. provider.Resolve(parsed).Probes.Where(p => p.Sites.Count > 0)];
    }

    /// <summary>The probes that specs ask for and that can be armed.</summary>
    /// <exception cref="TracerException">One asks for nothing that is there, or for nothing that can be armed.</exception>
    public IReadOnlyList<Probe> Select(IReadOnlyList<ProbeSpec> specs)
    {
        var selected = new List<Probe>();
        TracerException? missing = null;
        foreach (var spec in specs)
        {
            try
            {
                foreach (var probe in Matching(spec).Where(p => !selected.Any(s => Same(s, p))))
                    selected.Add(probe);
            }
            catch (TracerException e) when (IsPartial && e.Kind is FailureKind.NotFound or FailureKind.Unsupported)
            {
                missing ??= e;
            }
        }

        if (selected.Count == 0 && missing is not null)
            throw missing;
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

    private IReadOnlyList<Probe> Matching(ProbeSpec spec)
    {
        if (providers.FirstOrDefault(p => p.Handles(spec)) is not { } provider)
            return Catalog.Match(spec) is { Count: > 0 } listed ? listed : throw NoMatch(spec);
        var matches = provider.Resolve(spec).OrThrow(spec, $"process {target.ProcessId}");
        // One place that was named and cannot be had is an error, also when others can; of a pattern the rest is armed.
        return matches.All(p => p.Sites.Count == 0) ? throw CannotArm(matches[0]) : matches;
    }

    private static TracerException CannotArm(Probe probe) =>
        new("ST0205", FailureKind.Unsupported, $"{probe.FullName} is known here and cannot be armed.", probe.DormantReason);

    private ProbeCatalog LoadCatalog()
    {
        var catalog = ProbeCatalog.Load(target.Modules, runtimes, Declarations);
        foreach (var runtime in catalog.Runtimes)
            SessionLog.RuntimeRecognised(logger, runtime);
        foreach (var warning in catalog.Warnings)
            SessionLog.CatalogWarning(logger, warning);
        foreach (var file in target.Unopened)
            SessionLog.FileUnopened(logger, file.Path, file.Error);
        return catalog;
    }

    private static bool Same(Probe left, Probe right) => left.Provider == right.Provider && left.Name == right.Name && left.Module == right.Module;

    private TracerException NoMatch(ProbeSpec spec)
    {
        var near = Catalog.Suggest(spec);
        if (near.Count == 0 && target.Unopened.FirstOrDefault(f => f.IsPermissionProblem) is { } unopened)
        {
            return new TracerException(
                "ST0110", FailureKind.NotPermitted, $"No probe of process {target.ProcessId} matches '{spec.Text}' in the files that could be opened.",
                $"{target.Unopened.Count} {(target.Unopened.Count == 1 ? "was" : "were")} not, first {unopened}.", CapabilityGrant.Command(KernelFacts.Read(LinuxSystemCalls.Instance), Environment.ProcessPath, UnopenedFile.Needed));
        }

        var why = Catalog.Probes.Count == 0
            ? $"The {target.Modules.Count} files it has mapped hold no probe notes and no runtime that sharptrace knows."
            : $"The process has {Catalog.Probes.Count} probes, none of this name.";
        var remedy = near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}?" : $"Run 'sharptrace list {target.ProcessId}' to see what there is.";
        return new TracerException("ST0202", FailureKind.NotFound, $"No probe of process {target.ProcessId} matches '{spec.Text}'.", why, remedy);
    }
}
