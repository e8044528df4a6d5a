using Tracer.Core.Backends;
using Tracer.Core.Records;

namespace Tracer.Sessions;

/// <summary>Passes on events that come from several threads one at a time.</summary>
internal sealed class SerialSink(IEventSink sink) : ICountingSink
{
    private readonly Lock _gate = new();
    private readonly ICountingSink? _counting = sink as ICountingSink;

    public bool TryDeliver(in EventRecord record)
    {
        lock (_gate)
        {
            if (_counting is not null)
                return _counting.TryDeliver(record);
            sink.OnEvent(record);
            return true;
        }
    }

    public void OnEvent(in EventRecord record) => TryDeliver(record);

    public void OnBatchEnd()
    {
        lock (_gate)
            sink.OnBatchEnd();
    }
}
