using Tracer.Core.Probes;
using Tracer.Core.Probes.Declarations;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;

namespace Tracer.Runtimes.Tcl;

/// <summary>Tcl's code in one file.</summary>
internal sealed class TclModule(TargetModule module, TclVersion? version) : IRuntimeModule
{
    public string Description => version is null ? "Tcl" : $"Tcl {version}";

    public IReadOnlyList<ProbeFamily> FindFamilies(IReadOnlyList<Probe> notes)
    {
        // A Tcl built with --enable-dtrace has them all itself; none needs more than its semaphore.
        var own = notes.Where(n => n.Provider == TclProbeParameters.Provider).ToArray();
        return
        [
            .. notes.Except(own).Select(n => new ProbeFamily(n)),
            .. own.Select(n => new ProbeFamily(DeclaredParameters.Apply(n, TclProbeParameters.Of(n.Name)))),
            new(TclProbeParameters.Provider, [.. TclProbeParameters.Names.Except(own.Select(n => n.Name))], () => [.. new TclProbes(module).Make().Where(p => !own.Any(n => n.Name == p.Name))]),
        ];
    }
}
