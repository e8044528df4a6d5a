using Tracer.Core.Records;

namespace Tracer.Core.Backends;

/// <summary>Receives events from a backend, one at a time, on the backend's thread. What it does not copy is gone when it returns.</summary>
public interface IEventSink
{
    /// <summary>An event happened.</summary>
    void OnEvent(in EventRecord record);
}
