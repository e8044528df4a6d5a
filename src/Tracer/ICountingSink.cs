using Tracer.Core.Backends;
using Tracer.Core.Records;

namespace Tracer;

/// <summary>A sink that may have no room for an event.</summary>
internal interface ICountingSink : IEventSink
{
    /// <summary>Takes an event; false when there was no room. Must not throw.</summary>
    bool TryDeliver(in EventRecord record);
}
