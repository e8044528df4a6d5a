using System.Threading.Channels;
using Tracer.Core.Events;
using Tracer.Core.Records;
using Tracer.Core.Stacks;

namespace Tracer;

/// <summary>Copies events into the channel that <see cref="TraceSession.Events"/> reads; a full channel refuses, and the session counts it.</summary>
internal sealed class ChannelSink(ChannelWriter<TraceEvent> writer) : ICountingSink
{
    private readonly WallClock _clock = new();

    /// <summary>What reads the values of events; set before the first.</summary>
    public IReaderSource? Readers { get; set; }

    public bool TryDeliver(in EventRecord record)
    {
        var readers = record.Emission.HasBytes ? Readers?.Of(record.ProcessId, record.Time) : null;
        return writer.TryWrite(new TraceEvent(record, _clock, readers?.Stacks.Walker, readers?.Pictures));
    }

    public void OnEvent(in EventRecord record) => TryDeliver(record);

    public void OnBatchEnd()
    {
    }
}
