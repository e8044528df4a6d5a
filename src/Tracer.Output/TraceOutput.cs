using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Events;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Core.Stacks;
using Tracer.Output.Aggregations;

namespace Tracer.Output;

/// <summary>
/// Where a trace is told: events, attachment, errors and the summary, in one format. Losses and errors are part of every format. Events arrive on
/// the backend's thread, the rest before the first and after the last of them.
/// </summary>
public abstract class TraceOutput : IEventSink
{
    private readonly OutputBuffer _buffer;
    private int _process;
    private ulong _time;
    private ProcessReaders? _eventReaders;

    /// <summary>Writes events through this buffer.</summary>
    protected TraceOutput(OutputBuffer buffer) => _buffer = buffer;

    /// <summary>Ends with the error when output cannot be written any more (full disk, closed pipe).</summary>
    public Task<IOException> Failed => _buffer.Failed;

    /// <summary>Names the frames of stacks and reads pictures of values; null shows addresses, and no values.</summary>
    public IReaderSource? Readers { get; set; }

    /// <summary>The readers of the process that the event came from which is being written; they are looked for when first asked for.</summary>
    protected ProcessReaders? EventReaders => _eventReaders ??= Readers?.Of(_process, _time);

    /// <inheritdoc/>
    public void OnEvent(in EventRecord record)
    {
        (_process, _time, _eventReaders) = (record.ProcessId, record.Time, null);
        Write(record);
    }

    /// <summary>An event happened.</summary>
    protected abstract void Write(in EventRecord record);

    /// <inheritdoc/>
    public void OnBatchEnd() => _buffer.Flush();

    /// <summary>All sites are armed.</summary>
    public abstract void Attached(int processId, string backend, IReadOnlyList<Probe> probes);

    /// <summary>What an aggregation held. Sessions that aggregate have no events, so that it may come at any time.</summary>
    public abstract void Aggregation(AggregationReport report);

    /// <summary>An expected failure.</summary>
    public abstract void Error(TracerException error);

    /// <summary>The end.</summary>
    public abstract void Summary(TraceSummary summary);
}
