using Tracer.Core.Backends;
using Tracer.Core.Runtimes;
using Tracer.Linux;
using Tracer.Ptrace;
using Tracer.Runtimes.Python;
using Tracer.Uprobes;

namespace Tracer;

/// <summary>The backends and runtimes that sharptrace brings.</summary>
public static class BuiltIn
{
    /// <summary>All backends, in order of preference.</summary>
    public static IReadOnlyList<IProbeBackend> Backends(ISystemCallGate gate) => [new EbpfBackend(gate), new PtraceBackend(gate)];

    /// <summary>All runtimes.</summary>
    public static IReadOnlyList<IRuntime> Runtimes { get; } = [new PythonRuntime()];
}
