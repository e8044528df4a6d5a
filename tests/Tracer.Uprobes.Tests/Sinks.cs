using System.Text;
using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Records;

namespace Tracer.Uprobes.Tests;

/// <summary>A value copied out of a record.</summary>
internal sealed record Seen(EvaluationStatus Status, ulong Bits, string Text, int Charset);

/// <summary>Keeps every event.</summary>
internal sealed class Collector : IEventSink
{
    private readonly Lock _lock = new();
    private readonly List<(int Emission, int Tid, int Pid, string Comm, ulong Time, Seen[] Values)> _events = [];

    public int Batches { get; private set; }

    public IReadOnlyList<(int Emission, int Tid, int Pid, string Comm, ulong Time, Seen[] Values)> Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    public IReadOnlyList<Seen[]> Values => [.. Events.Select(e => e.Values)];

    public void OnEvent(in EventRecord record)
    {
        var values = new List<Seen>();
        foreach (var value in record)
            values.Add(new Seen(value.Status, value.Bits, Encoding.Latin1.GetString(value.TextBytes), (int)value.Charset));
        lock (_lock)
            _events.Add((record.Emission.Index, record.ThreadId, record.ProcessId, Encoding.UTF8.GetString(record.Comm), record.Time, [.. values]));
    }

    public void OnBatchEnd() => Batches++;
}

/// <summary>Counts events by emission.</summary>
internal sealed class Counter(int emissions) : IEventSink
{
    public long[] Counts { get; } = new long[emissions];

    public void OnEvent(in EventRecord record) => Counts[record.Emission.Index]++;

    public void OnBatchEnd()
    {
    }
}
