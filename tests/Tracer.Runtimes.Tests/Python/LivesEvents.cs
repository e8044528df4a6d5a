using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Records;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Collects events of instances, threads and waits.</summary>
internal sealed class LivesEvents : IEventSink
{
    private readonly Lock _lock = new();
    private readonly List<(string Probe, string Type, ulong Value, int Thread, ulong Time)> _events = [];

    /// <summary>Values that were not whole, with the probe and the status.</summary>
    public Dictionary<string, int> Problems { get; } = [];

    /// <summary>Starts and ends of waits, in the order in which they were collected.</summary>
    public IReadOnlyList<(string Probe, int Thread, ulong Time)> Waits
    {
        get
        {
            lock (_lock)
                return [.. _events.Where(e => e.Probe.StartsWith("gil__", StringComparison.Ordinal)).Select(e => (e.Probe, e.Thread, e.Time))];
        }
    }

    /// <summary>How many events of a probe are of a class.</summary>
    public int Of(string probe, string type) => _events.Count(e => e.Probe == probe && e.Type == type);

    /// <summary>The threads and their identifiers.</summary>
    public IReadOnlyList<(int Thread, ulong Identifier)> Threads(string probe) => [.. _events.Where(e => e.Probe == probe).Select(e => (e.Thread, e.Value))];

    /// <summary>How many instances of these classes were made where there was one already, or deleted where there was none.</summary>
    public int MadeOrDeletedTwice(IEnumerable<string> types)
    {
        var count = 0;
        foreach (var type in types)
        {
            var alive = new HashSet<ulong>();
            foreach (var e in _events.Where(e => e.Type == type).OrderBy(e => e.Time))
                count += (e.Probe == "instance__new" ? alive.Add(e.Value) : alive.Remove(e.Value)) ? 0 : 1;
        }

        return count;
    }

    public void OnEvent(in EventRecord record)
    {
        var type = "";
        ulong bits = 0;
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
                    type = TextDecoder.Decode(value.TextBytes, value.Charset, truncated: false);
                else
                    bits = value.Bits;
            }

            _events.Add((record.Emission.Probe.Name, type, bits, record.ThreadId, record.Time));
        }
    }

    public void OnBatchEnd()
    {
    }
}
