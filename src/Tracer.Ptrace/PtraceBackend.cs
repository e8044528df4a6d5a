using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Plans;
using Tracer.Linux;

namespace Tracer.Ptrace;

/// <summary>
/// Tracing by ptrace: int3 at every site, one tracer thread for one target. It needs no kernel feature beyond Linux 4.17 and works wherever a debugger does; a hit costs
/// the target about ten microseconds, and more when tracer and target run on different CPUs.
/// </summary>
/// <remarks>
/// The target is restored on every path of this process's life. When it is killed, a handler of SIGTRAP in the target has threads wait at breakpoints, and a guardian, another
/// process, gives all back ([decision 18](docs/decisions/0018-death-of-the-tracer.md)).
/// </remarks>
/// <param name="gate">The kernel.</param>
/// <param name="options">Who guards the target; null for the defaults.</param>
public sealed class PtraceBackend(ISystemCallGate gate, PtraceBackendOptions? options = null) : IProbeBackend
{
    /// <inheritdoc/>
    public string Name => "ptrace";

    /// <inheritdoc/>
    public BackendSupport Evaluate(TracePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Sites.Any(s => s.IsWatched))
            return BackendSupport.No("Lines of interpreted code are watched by the ebpf backend only.");
        try
        {
            TargetCheck.Require(gate, plan.Target.ProcessId);
            return BackendSupport.Yes;
        }
        catch (TracerException e)
        {
            return BackendSupport.No(e);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Failures: ST0301 to ST0311 and ST0314 to ST0316. After a cancellation, too, nothing is left in the target.</remarks>
    public async ValueTask<IProbeAttachment> AttachAsync(TracePlan plan, IEventSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(sink);
        TargetCheck.Require(gate, plan.Target.ProcessId);
        var session = new PtraceSession(gate, plan, sink, options ?? new(), cancellationToken);
        session.Start();
        await session.Attached.ConfigureAwait(false);
        return new PtraceAttachment(plan, session);
    }
}
