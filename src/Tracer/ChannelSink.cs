using System.Threading.Channels;
using Tracer.Core.Backends;
using Tracer.Core.Events;
using Tracer.Core.Pictures;
using Tracer.Core.Records;
using Tracer.Core.Stacks;

namespace Tracer;

/// <summary>Copies events into the channel that <see cref="TraceSession.Events"/> reads; a full channel refuses, and the session counts it.</summary>
internal sealed class ChannelSink(ChannelWriter<TraceEvent> writer, StackWalker walker, PictureReaders pictures) : IEventSink
{
    private readonly WallClock _clock = new();

    public ulong Dropped { get; private set; }

    public void OnEvent(in EventRecord record)
    {
        if (!writer.TryWrite(new TraceEvent(record, _clock, walker, pictures)))
            Dropped++;
    }

    public void OnBatchEnd()
    {
    }
}
