using Tracer.Core.Backends;
using Tracer.Core.Records;

namespace Tracer.Ptrace.Tests.Support;

/// <summary>A sink that measures what its thread allocates between two of its events.</summary>
internal sealed class AllocationMeter(int from, int to) : IEventSink
{
    public int Events { get; private set; }

    public long Bytes { get; private set; }

    public void OnEvent(in EventRecord record)
    {
        Events++;
        if (Events == from) Bytes = -GC.GetAllocatedBytesForCurrentThread();
        if (Events == to) Bytes += GC.GetAllocatedBytesForCurrentThread();
    }

    public void OnBatchEnd()
    {
    }
}
