using Tracer.Core.Backends;
using Tracer.Core.Records;

namespace Tracer.Runtimes.Tests.Native;

/// <summary>Keeps the values of all events, by probe, in order.</summary>
internal sealed class CallEvents : IEventSink
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Dictionary<string, TracedValue>>> _events = [];

    public IReadOnlyList<Dictionary<string, TracedValue>> Of(string probe)
    {
        lock (_lock)
            return _events.TryGetValue(probe, out var list) ? list : [];
    }

    public void OnEvent(in EventRecord record)
    {
        var values = new Dictionary<string, TracedValue>();
        foreach (var value in record)
            values[value.Planned.Name] = TracedValue.Of(value);
        lock (_lock)
            (_events.TryGetValue(record.Emission.ProbeName, out var list) ? list : _events[record.Emission.ProbeName] = []).Add(values);
    }

    public void OnBatchEnd()
    {
    }
}
