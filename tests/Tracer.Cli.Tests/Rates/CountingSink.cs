using Tracer.Core.Backends;
using Tracer.Core.Records;

namespace Tracer.Cli.Tests.Rates;

/// <summary>Counts events, and may be slow about it.</summary>
internal sealed class CountingSink(TimeSpan? delay = null, int every = 1000) : IEventSink
{
    private long _count;

    public long Count => Volatile.Read(in _count);

    public void OnEvent(in EventRecord record)
    {
        if (++_count % every == 0 && delay is { } time)
            Thread.Sleep(time);
    }

    public void OnBatchEnd()
    {
    }
}
