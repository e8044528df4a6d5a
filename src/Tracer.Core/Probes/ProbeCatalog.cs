using Tracer.Core.Binding;
using Tracer.Core.Probes.Declarations;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;

namespace Tracer.Core.Probes;

/// <summary>
/// All probes of a target: those of its notes and those that its runtimes know to synthesise, which are made when they are asked for. Not safe for concurrent use.
/// </summary>
public sealed class ProbeCatalog
{
    private readonly IReadOnlyList<(TargetModule Module, ProbeFamily Family)> _families;
    private IReadOnlyList<Probe>? _probes;

    private ProbeCatalog(IReadOnlyList<(TargetModule Module, ProbeFamily Family)> families, IReadOnlyList<string> runtimes, IReadOnlyList<string> warnings)
    {
        _families = families;
        Runtimes = runtimes;
        Warnings = warnings;
    }

    /// <summary>The probes, by module in map order, then as the notes have them.</summary>
    public IReadOnlyList<Probe> Probes => _probes ??= [.. _families.SelectMany(f => f.Family.Probes)];

    /// <summary>The runtimes recognised: <c>CPython 3.11.2 in /usr/bin/python3.11</c>.</summary>
    public IReadOnlyList<string> Runtimes { get; }

    /// <summary>What could not be read, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads the notes of all modules and asks the runtimes.</summary>
    /// <param name="modules">The modules.</param>
    /// <param name="runtimes">The runtimes, which know the probes of their own notes.</param>
    /// <param name="declarations">What others' notes have for arguments; null for what sharptrace brings.</param>
    public static ProbeCatalog Load(IEnumerable<TargetModule> modules, IReadOnlyList<IRuntime> runtimes, ProviderDeclarations? declarations = null)
    {
        ArgumentNullException.ThrowIfNull(modules);
        ArgumentNullException.ThrowIfNull(runtimes);
        var families = new List<(TargetModule Module, ProbeFamily Family)>();
        var names = new List<string>();
        var warnings = new List<string>();
        foreach (var module in modules)
        {
            IReadOnlyList<Probe> notes = [.. NoteProbes.Read(module, warnings).Select(n => (declarations ?? ProviderDeclarations.Of(n.Provider))?.Apply(n) ?? n)];
            var recognised = runtimes.Select(r => r.Recognise(module)).FirstOrDefault(m => m is not null);
            if (recognised is not null)
                names.Add($"{recognised.Description} in {module.Path}");
            families.AddRange((recognised?.FindFamilies(notes) ?? notes.Select(n => new ProbeFamily(n))).Select(f => (module, f)));
        }

        return new ProbeCatalog(families, names, warnings);
    }

    /// <summary>The probes a spec asks for, with the types it gives.</summary>
    public IReadOnlyList<Probe> Match(ProbeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return
        [
            .. _families.Where(f => f.Family.Names.Any(n => spec.Matches(f.Family.Provider, n, f.Module.Name)))
                .SelectMany(f => f.Family.Probes).Where(spec.Matches).Select(spec.Apply),
        ];
    }

    /// <summary>The names nearest to a spec that matched nothing, best first; empty when none is near.</summary>
    public IReadOnlyList<string> Suggest(ProbeSpec spec, int most = 3)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var wanted = $"{spec.Provider}:{spec.Name}";
        return [.. Probes.Select(p => p.FullName).Distinct()
            .Select(n => (Name: n, Distance: NameDistance.Between(wanted, n)))
            .Where(n => n.Distance <= Math.Max(3, n.Name.Length / 2))
            .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal)
            .Take(most).Select(n => n.Name)];
    }
}
