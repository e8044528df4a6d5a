using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Records;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Keeps events as text: the probe's name and its values, "-" for one that is unavailable and the status for one that failed otherwise.</summary>
internal sealed class EventSink : IEventSink
{
    private readonly Lock _lock = new();
    private readonly List<string[]> _events = [];

    public IReadOnlyList<string[]> Of(string probe)
    {
        lock (_lock)
            return [.. _events.Where(e => e[0] == probe).Select(e => e[1..])];
    }

    public void OnEvent(in EventRecord record)
    {
        var values = new List<string> { record.Emission.Probe.Name };
        foreach (var value in record)
        {
            values.Add(value.Status switch
            {
                EvaluationStatus.Unavailable => "-",
                not EvaluationStatus.Ok => value.Status.ToString(),
                _ when value.Planned.Expression.Type is TextType => TextDecoder.Decode(value.TextBytes, value.Charset, truncated: false),
                _ => $"{(long)value.Bits}",
            });
        }

        lock (_lock)
            _events.Add([.. values]);
    }

    public void OnBatchEnd()
    {
    }
}
