using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Plans;

namespace Tracer.Ptrace;

/// <summary>A session as its user sees it. Events are delivered while their thread stands still, so that none is ever lost.</summary>
internal sealed class PtraceAttachment(TracePlan plan, PtraceSession session) : IMeteredAttachment
{
    public TracePlan Plan { get; } = plan;

    public Task Completion => session.Completion;

    public TimeSpan TargetStopped => session.TargetStopped;

    public long HitNanoseconds => session.HitNanoseconds;

    public bool IsProcessorTime => false;

    public ulong Pause() => session.Pause();

    public void Resume() => session.Resume();

    public ulong ReadCounter(int counter) => session.ReadCounter(counter);

    public AggregationSnapshot ReadAggregation(int aggregation, bool reset) => session.ReadAggregation(aggregation, reset);

    public async ValueTask StopAsync()
    {
        await session.StopAsync().ConfigureAwait(false);
        // What went wrong before is told by Completion; what went wrong now as well.
        if (session.Completion is { IsFaulted: true, Exception.InnerException: Core.Diagnostics.TracerException { Id: "ST0315" } failure }) throw failure;
    }

    public async ValueTask DisposeAsync() => await session.StopAsync().ConfigureAwait(false);
}
