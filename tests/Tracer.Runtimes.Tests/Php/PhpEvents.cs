using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
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
        var texts = new List<string>();
        var line = 0;
        lock (_lock)
        {
            foreach (var value in record)
            {
                if (value.Status != EvaluationStatus.Ok)
                    Problems.Add($"{record.Emission.ProbeName} {value.Planned.Name} {value.Status}");
                if (value.Planned.Expression.Type is TextType)
                    texts.Add(TextDecoder.Decode(value.TextBytes, value.Charset, truncated: false));
                else
                    line = (int)value.Bits;
            }

            _all.Add(texts.Count == 1
                ? new PhpEvent(record.Emission.Probe.Name, "", texts[0], line, "", "")
                : new PhpEvent(record.Emission.Probe.Name, texts[0], texts[1], line, texts[2], texts[3]));
        }
    }

    public void OnBatchEnd()
    {
    }
}
