using Tracer.Core.Backends;
using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Ptrace;
using Tracer.Runtimes.Native;
using Tracer.Runtimes.Python;
using Tracer.Uprobes;

namespace Tracer;

/// <summary>The backends and runtimes that sharptrace brings.</summary>
public static class BuiltIn
{
    /// <summary>All backends, in order of preference.</summary>
    public static IReadOnlyList<IProbeBackend> Backends(ISystemCallGate gate) => [new EbpfBackend(gate), new PtraceBackend(gate)];

    /// <summary>What finds the probes that no catalog holds, for the files of one target; to be disposed with it.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="modules">The target's files.</param>
    /// <param name="processId">The process; null for files looked at on their own.</param>
    /// <param name="maximumFunctions">How many functions one spec may mean.</param>
    public static IReadOnlyList<IProbeProvider> Providers(
        ISystemCallGate gate, IReadOnlyList<TargetModule> modules, int? processId, int maximumFunctions = NativeProbes.DefaultMaximumFunctions) =>
        [new NativeProbes(gate, modules, processId) { MaximumFunctions = maximumFunctions }];

    /// <summary>All runtimes.</summary>
    public static IReadOnlyList<IRuntime> Runtimes { get; } = [new PythonRuntime()];
}
