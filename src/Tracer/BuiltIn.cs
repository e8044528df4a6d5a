using Tracer.Core.Backends;
using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Ptrace;
using Tracer.Runtimes.Native;
using Tracer.Runtimes.Php;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Tcl;
using Tracer.Uprobes;
using Tracer.Uprobes.Perf;

namespace Tracer;

/// <summary>The backends and runtimes that sharptrace brings.</summary>
public static class BuiltIn
{
    /// <summary>All backends, in order of preference.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="ptrace">Who guards targets of the ptrace backend; null for the defaults.</param>
    public static IReadOnlyList<IProbeBackend> Backends(ISystemCallGate gate, PtraceBackendOptions? ptrace = null) =>
        [new EbpfBackend(gate), new PerfBackend(gate), new PtraceBackend(gate, ptrace)];

    /// <summary>What finds the probes of a process that no catalog holds; to be disposed with it.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="target">The process.</param>
    /// <param name="maximumFunctions">How many functions one spec may mean.</param>
    public static IReadOnlyList<IProbeProvider> Providers(ISystemCallGate gate, TargetProcess target, int maximumFunctions = NativeProbes.DefaultMaximumFunctions)
    {
        ArgumentNullException.ThrowIfNull(target);
        return [new NativeProbes(gate, target.Modules, target.ProcessId, target.Memory) { MaximumFunctions = maximumFunctions }, new InterpretedLines(target, Runtimes)];
    }

    /// <summary>What finds the probes of a file looked at on its own; to be disposed with it.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="file">The file.</param>
    /// <param name="maximumFunctions">How many functions one spec may mean.</param>
    public static IReadOnlyList<IProbeProvider> Providers(ISystemCallGate gate, TargetModule file, int maximumFunctions = NativeProbes.DefaultMaximumFunctions) =>
        [new NativeProbes(gate, [file]) { MaximumFunctions = maximumFunctions }];

    /// <summary>All runtimes.</summary>
    public static IReadOnlyList<IRuntime> Runtimes { get; } = [new PhpRuntime(), new PythonRuntime(), new TclRuntime()];
}
