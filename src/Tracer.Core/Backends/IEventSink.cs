using Tracer.Core.Records;

namespace Tracer.Core.Backends;

/// <summary>Receives events from a backend, one at a time, on the backend's thread. What it does not copy is gone when it returns.</summary>
public interface IEventSink
{
    /// <summary>An event happened. Must not throw.</summary>
    void OnEvent(in EventRecord record);

    /// <summary>No further event is waiting at the moment: the time to flush. Must not throw.</summary>
    void OnBatchEnd();
}
