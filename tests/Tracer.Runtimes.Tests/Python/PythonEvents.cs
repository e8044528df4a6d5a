using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
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
        var texts = new List<string>();
        var line = 0;
        lock (_lock)
        {
            foreach (var value in record)
            {
                if (value.Status != EvaluationStatus.Ok)
                {
                    var problem = $"{record.Emission.ProbeName} {value.Planned.Name} {value.Status}";
                    Problems[problem] = Problems.GetValueOrDefault(problem) + 1;
                }

                if (value.Planned.Expression.Type is TextType)
                    texts.Add(TextDecoder.Decode(value.TextBytes, value.Charset, truncated: false));
                else
                    line = (int)value.Bits;
            }

            var key = (record.Emission.ProbeName, texts[0], texts[1], line);
            Counts[key] = Counts.GetValueOrDefault(key) + 1;
        }
    }

    public void OnBatchEnd()
    {
    }
}
