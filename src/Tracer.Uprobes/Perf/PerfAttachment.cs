using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Execution;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>A plan that is armed with perf events: its events, rings and the thread that reads them.</summary>
internal sealed class PerfAttachment : IProbeAttachment
{
    private readonly CpuRings _rings;
    private readonly IKeptGate _breakpoints;
    private readonly SiteEvents _events;
    private readonly OwnedDescriptor _process;
    private readonly LateMemory _memory;
    private readonly PlanExecutor _executor;
    private readonly RecordHandler _handler;
    private readonly PerfReader _reader;
    private readonly Lock _gate = new();
    private Task? _stopped;

    /// <summary>Takes over all that is disposable. Nothing is armed yet.</summary>
    public PerfAttachment(ISystemCallGate gate, TracePlan plan, IEventSink sink, CpuRings rings, UprobePmu pmu, OwnedDescriptor process, OwnedDescriptor wake)
    {
        Plan = plan;
        _rings = rings;
        _process = process;
        _breakpoints = gate.Keep();
        _events = new SiteEvents(gate, _breakpoints, plan, rings, pmu) { StackBytes = StackBytesOf(plan) };
        _memory = new LateMemory(gate, plan.Target.ProcessId);
        _executor = new PlanExecutor(plan, _memory, sink);
        _handler = new RecordHandler(gate, plan.Target.ProcessId, _events, _executor, _memory);
        _reader = new PerfReader(gate, rings, _handler, _executor, process, wake);
    }

    public TracePlan Plan { get; }

    public Task Completion => _reader.Ended;

    public TimeSpan TargetStopped => TimeSpan.Zero;

    /// <summary>Opens all events, then lets them fire.</summary>
    /// <exception cref="Core.Diagnostics.TracerException">One was refused; disposing takes the others back.</exception>
    public void Arm(CancellationToken cancellationToken)
    {
        _events.Open(cancellationToken);
        _handler.LearnThreads();
        _reader.Start();
        _events.Enable();
    }

    public ulong ReadCounter(int counter) => _executor.ReadCounter(counter) + _events.Lost(counter);

    public AggregationSnapshot ReadAggregation(int aggregation, bool reset)
    {
        _reader.CatchUp();
        return _executor.ReadAggregation(aggregation, reset);
    }

    public ValueTask StopAsync()
    {
        lock (_gate)
            return new ValueTask(_stopped ??= Task.Run(Stop));
    }

    public ValueTask DisposeAsync() => StopAsync();

    private void Stop()
    {
        _events.Disable();
        _reader.Stop();
        _events.Settle();
        _events.Dispose();
        _breakpoints.Dispose();
        _rings.Dispose();
        _reader.Dispose();
        _memory.Dispose();
        _process.Dispose();
    }

    // A record has at most 64 KiB (u16 size in struct perf_event_header), and other things beside the stack.
    private static int StackBytesOf(TracePlan plan)
    {
        const int Most = 60 * 1024;
        var most = 0;
        foreach (var expression in plan.Sites.SelectMany(s => s.Clauses).SelectMany(c => c.Expressions))
        {
            if (ExpressionParts.TryFind(expression, e => e is StackExpression, out var found))
                most = Math.Max(most, ((StackExpression)found).Bytes);
        }

        return Math.Min(most, Most);
    }
}
