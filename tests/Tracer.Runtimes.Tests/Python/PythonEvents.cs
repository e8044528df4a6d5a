using Tracer.Core.Backends;
using Tracer.Core.Records;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Counts events of function probes by probe, file, function and line.</summary>
internal sealed class PythonEvents : IEventSink
{
    private readonly Lock _lock = new();

    public Dictionary<(string Probe, string File, string Function, int Line), int> Counts { get; } = [];

    /// <summary>Values that were not whole, with the probe and the status.</summary>
    public Dictionary<string, int> Problems { get; } = [];

    public int Of(string probe, string file, string function) =>
        Counts.Where(c => c.Key.Probe == probe && c.Key.File == file && c.Key.Function == function).Sum(c => c.Value);

    public void OnEvent(in EventRecord record)
    {
        lock (_lock)
        {
            var (texts, line) = FunctionEvent.Read(record, p => Problems[p] = Problems.GetValueOrDefault(p) + 1);
            var key = (record.Emission.Probe.Name, texts[0], texts[1], line);
            Counts[key] = Counts.GetValueOrDefault(key) + 1;
        }
    }

    public void OnBatchEnd()
    {
    }
}
