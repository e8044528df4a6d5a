using Tracer.Core.Backends;
using Tracer.Core.Records;

namespace Tracer.Runtimes.Tests.Php;

/// <summary>Keeps the events of function and execute probes in their order.</summary>
internal sealed class PhpEvents : IEventSink
{
    private readonly Lock _lock = new();
    private readonly List<PhpEvent> _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<PhpEvent> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    /// <summary>Values that were not whole.</summary>
    public List<string> Problems { get; } = [];

    public void OnEvent(in EventRecord record)
    {
        lock (_lock)
        {
            var (texts, line) = FunctionEvent.Read(record, Problems.Add);
            _all.Add(texts.Count == 1
                ? new PhpEvent(record.Emission.Probe.Name, "", texts[0], line, "", "")
                : new PhpEvent(record.Emission.Probe.Name, texts[0], texts[1], line, texts[2], texts[3]));
        }
    }

    public void OnBatchEnd()
    {
    }
}
