using System.Text;
using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Records;

namespace Tracer.Ptrace.Tests.Support;

/// <summary>A sink that keeps every event as text, or only counts them.</summary>
internal sealed class Recorder(bool keep = true) : IEventSink
{
    private readonly Lock _lock = new();
    private readonly List<string> _events = [];
    private readonly Dictionary<string, int> _counts = [];
    private readonly Dictionary<int, int> _threads = [];

    public int Batches { get; private set; }

    public IReadOnlyList<string> Events
    {
        get
        {
            lock (_lock) return [.. _events];
        }
    }

    public int Total
    {
        get
        {
            lock (_lock) return _counts.Values.Sum();
        }
    }

    public int Threads
    {
        get
        {
            lock (_lock) return _threads.Count;
        }
    }

    public int Count(string probe)
    {
        lock (_lock) return _counts.GetValueOrDefault(probe);
    }

    public void OnEvent(in EventRecord record)
    {
        lock (_lock)
        {
            var name = record.Emission.Probe.Name;
            _counts[name] = _counts.GetValueOrDefault(name) + 1;
            _threads[record.ThreadId] = _threads.GetValueOrDefault(record.ThreadId) + 1;
            if (!keep) return;
            var text = new StringBuilder(name);
            foreach (var value in record)
            {
                text.Append(' ');
                if (value.Status is not (EvaluationStatus.Ok or EvaluationStatus.Truncated)) text.Append(value.Status);
                else if (value.Planned.Expression.Type is TextType) text.Append(Encoding.UTF8.GetString(value.TextBytes));
                else if (value.Planned.Expression.Type is FloatType) text.Append(value.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
                else text.Append((long)value.Bits);
            }

            _events.Add(text.ToString());
        }
    }

    public void OnBatchEnd() => Batches++;
}
