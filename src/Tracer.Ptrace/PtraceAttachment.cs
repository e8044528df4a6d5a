using Tracer.Core.Backends;

namespace Tracer.Ptrace;

/// <summary>A session as its user sees it. Events are delivered while their thread stands still, so that none is ever lost.</summary>
internal sealed class PtraceAttachment(PtraceSession session) : IProbeAttachment
{
    public Task Completion => session.Completion;

    public ulong LostFrames => session.LostFrames;

    public TimeSpan TargetStopped => session.TargetStopped;

    public ulong LostEvents(int emission) => 0;

    public async ValueTask StopAsync()
    {
        await session.StopAsync().ConfigureAwait(false);
        // What went wrong before is told by Completion; what went wrong now as well.
        if (session.Completion is { IsFaulted: true, Exception.InnerException: Core.Diagnostics.TracerException { Id: "ST0315" } failure }) throw failure;
    }

    public async ValueTask DisposeAsync() => await session.StopAsync().ConfigureAwait(false);
}
