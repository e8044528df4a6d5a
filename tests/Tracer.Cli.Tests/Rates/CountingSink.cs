using Tracer.Core.Backends;
using Tracer.Core.Records;

namespace Tracer.Cli.Tests.Rates;

/// <summary>Counts events; may take the first one only when it is released, so that what fires meanwhile has nowhere to go but the ring.</summary>
internal sealed class CountingSink(Task? release = null) : IEventSink
{
    private long _count;

    public long Count => Volatile.Read(in _count);

    public void OnEvent(in EventRecord record)
    {
        release?.Wait();
        _count++;
    }

    public void OnBatchEnd()
    {
    }
}
