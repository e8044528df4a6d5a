using Microsoft.Extensions.Logging;
using Tracer.Core.Backends;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Logging;
using Tracer.Ptrace;
using Tracer.Queries;

namespace Tracer.Sessions;

/// <summary>What a session was asked for, to be made into plans for one process or, where processes are followed, for each that differs.</summary>
internal sealed class PlanRecipe(ISystemCallGate gate, IReadOnlyList<ProbeSpec> specs, TraceOptions options, ILogger logger)
{
    /// <summary>Whether all processes are meant.</summary>
    public bool IsForAll { get; init; }

    /// <summary>What was asked for, in words.</summary>
    public string Asked => string.Join(", ", specs.Select(s => s.Text));

    /// <summary>The probes of a target and what happens when they fire.</summary>
    /// <param name="target">The target, which owns what is opened for it.</param>
    /// <param name="isPartial">Whether it is enough that some of what was asked for is there.</param>
    /// <exception cref="Core.Diagnostics.TracerException">What was asked for is not there, or makes no sense.</exception>
    public TraceProgram Program(TargetProcess target, bool isPartial)
    {
        var providers = BuiltIn.Providers(gate, target);
        foreach (var provider in providers)
            target.Own(provider);
        return TraceProgram.Build(specs, options, new ProbeSelection(target, options.Runtimes ?? BuiltIn.Runtimes, providers, logger) { IsPartial = isPartial, Declarations = options.Declarations });
    }

    /// <summary>The program planned for each backend.</summary>
    public ReturnPlans Plans(TargetProcess target, TraceProgram program, ProcessImage? image = null) => new(target, program, options, image);

    /// <summary>The backends to choose from.</summary>
    public IReadOnlyList<IProbeBackend> Backends()
    {
        var guarding = new PtraceBackendOptions { GuardianPath = options.GuardianPath, Warn = m => SessionLog.NotGuarded(logger, m) };
        return [.. (options.Backends ?? BuiltIn.Backends(gate, guarding)).Select(b => new Core.Splitting.SplittingBackend(b))];
    }
}
