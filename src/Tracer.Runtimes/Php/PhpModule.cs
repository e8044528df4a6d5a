using Tracer.Core.Probes;
using Tracer.Core.Probes.Declarations;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;

namespace Tracer.Runtimes.Php;

/// <summary>PHP's code in one file.</summary>
internal sealed class PhpModule(TargetModule module) : IRuntimeModule
{
    // Zend/zend.c, zend_startup: these are put in place of others when PHP starts, or not at all.
    private const string OnlyWhenTold = "fires only in a PHP that was started with USE_ZEND_DTRACE=1 in its environment";

    private static readonly string[] ToBeTold = [.. FunctionProbes.Names, "compile__file__entry", "compile__file__return", "error"];

    public string Description => PhpVersion.Read(module.Image) is { } version ? $"PHP {version}" : "PHP";

    public IReadOnlyList<ProbeFamily> FindFamilies(IReadOnlyList<Probe> notes)
    {
        Probe[] own = [.. notes.Where(n => n.Provider == PhpProbeParameters.Provider).Select(Named)];
        return
        [
            .. notes.Where(n => n.Provider != PhpProbeParameters.Provider).Select(n => new ProbeFamily(n)),
            .. own.Where(n => !FunctionProbes.Names.Contains(n.Name)).Select(n => new ProbeFamily(n)),
            new(PhpProbeParameters.Provider, FunctionProbes.Names, () => Functions([.. own.Where(n => FunctionProbes.Names.Contains(n.Name))])),
        ];
    }

    private static Probe Named(Probe note)
    {
        var probe = DeclaredParameters.Apply(note, PhpProbeParameters.Of(note.Name));
        return ToBeTold.Contains(note.Name) ? probe with { Note = OnlyWhenTold } : probe;
    }

    private IReadOnlyList<Probe> Functions(Probe[] notes)
    {
        if (FunctionProbes.Make(module, out var problem) is { } made)
            return [.. made.Select(p => p with { Replaced = [.. notes.Where(n => n.Name == p.Name).SelectMany(n => n.Sites)] })];
        return [.. notes, .. FunctionProbes.Names.Except(notes.Select(n => n.Name)).Select(Dormant)];

        Probe Dormant(string name) => new(PhpProbeParameters.Provider, name, module, ProbeSource.Synthesised, PhpProbeParameters.Of(name), [])
        {
            DormantReason = $"not possible in this PHP: {problem}",
        };
    }
}
