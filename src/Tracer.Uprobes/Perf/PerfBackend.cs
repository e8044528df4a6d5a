using Tracer.Core.Backends;
using Tracer.Core.Plans;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>
/// Traces with perf uprobes and no BPF, for kernels where BPF is locked: every hit is a sample with the user registers in a ring, and this process evaluates
/// the plan. The target is never stopped; what is read of its memory is read after the hit and marked late. Needs CAP_SYS_ADMIN (before Linux 6.16 CAP_PERFMON), the right to
/// read the target's memory, and Linux 4.17, with semaphores 4.20.
/// </summary>
/// <remarks>
/// One event for each site and CPU, of every process: other processes that run the same file pass the breakpoints too, and their hits are left out here. What
/// is lost counts their hits as well and is then an upper bound. Disarming takes about 0.1 s for each event.
/// </remarks>
public sealed class PerfBackend(ISystemCallGate? gate = null) : IProbeBackend
{
    private readonly ISystemCallGate _gate = gate ?? LinuxSystemCalls.Instance;

    /// <inheritdoc/>
    public string Name => "perf";

    /// <inheritdoc/>
    public BackendSupport Evaluate(TracePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Sites.Any(s => s.IsWatched))
            return BackendSupport.No("Lines of interpreted code are watched by the ebpf backend only.");
        if (plan.Sites.FirstOrDefault(s => s.AllClauses.Any(c => c.NeedsMemoryAtHit)) is { } site)
            return BackendSupport.No($"Whether {site.Location} is passed by what was asked for is decided by memory, which perf reads too late.");
        return new PerfSupport(_gate).Evaluate(plan);
    }

    /// <inheritdoc/>
    public async ValueTask<IProbeAttachment> AttachAsync(TracePlan plan, IEventSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(sink);
        var attachment = Prepare(plan, sink);
        try
        {
            attachment.Arm(cancellationToken);
            return attachment;
        }
        catch
        {
            await attachment.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private PerfAttachment Prepare(TracePlan plan, IEventSink sink)
    {
        if (!UprobePmu.Read(_gate).TryGet(out var pmu, out var error))
            throw PerfFailures.Unsupported(PerfFailures.Sentence(error));
        DescriptorRoom.Make(_gate, (plan.Sites.Count * CpuRings.ReadCpus(_gate).Count) + plan.Activations.Count);
        if (!_gate.OpenPid(plan.Target.ProcessId).TryGet(out var process, out error))
            throw PerfFailures.NoSuchProcess(plan.Target.ProcessId, error);
        if (!CpuRings.Open(_gate).TryGet(out var rings, out error))
        {
            process.Dispose();
            throw PerfFailures.Rings(error);
        }

        if (_gate.CreateEvent("the end of tracing").TryGet(out var wake, out error))
            return new PerfAttachment(_gate, plan, sink, rings, pmu, process, wake);
        rings.Dispose();
        process.Dispose();
        throw PerfFailures.Rings(error);
    }
}
