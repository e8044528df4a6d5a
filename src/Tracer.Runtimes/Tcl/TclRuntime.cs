using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Tcl;

/// <summary>Tcl 8.6 and later: libtcl, or a program it is linked into. Safe for concurrent use.</summary>
public sealed class TclRuntime : IRuntime
{
    /// <summary>The function that runs procedures, since 8.6; exported also where it is of no header.</summary>
    internal const string ProcedureCore = "TclNRInterpProcCore";

    /// <inheritdoc/>
    public string Name => TclProbeParameters.Provider;

    /// <inheritdoc/>
    public IRuntimeModule? Recognise(TargetModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return NamedFunction.AddressOf(module.Image, ProcedureCore) is not null ? new TclModule(module, TclVersion.Read(module)) : null;
    }
}
