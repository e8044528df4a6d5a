using Tracer.Core.Backends;
using Tracer.Core.Plans;
using Tracer.Linux;

namespace Tracer.Ptrace.Tests.Support;

/// <summary>Short names for what most tests do.</summary>
internal static class Tracing
{
    public static async Task<IProbeAttachment> Attach(TracePlan plan, IEventSink sink, ISystemCallGate? gate = null) =>
        await new PtraceBackend(gate ?? LinuxSystemCalls.Instance).AttachAsync(plan, sink, TestContext.Current.CancellationToken);
}
