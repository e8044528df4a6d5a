using System.Diagnostics;
using Tracer.Core.Execution;
using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>
/// The thread that takes records from the rings, in the order of their times, to the executor. It ends when it is told to or when the target has exited, and empties
/// the rings before it does.
/// </summary>
internal sealed class PerfReader : IDisposable
{
    // The kernel wakes the reader when an eighth of a ring is full; a lone event waits for this timeout.
    private const int PollMilliseconds = 20;

    // So that the sink can flush, and a request to stop is seen, while a target fires without pause.
    private const int RecordsPerBatch = 16 * 1024;

    // Records of other threads that are being written come in their order if they are written within this time.
    private const ulong WriterNanoseconds = 200_000;

    private readonly ISystemCallGate _gate;
    private readonly RingMerger _merger;
    private readonly RecordHandler _handler;
    private readonly PlanExecutor _executor;
    private readonly OwnedDescriptor _process;
    private readonly OwnedDescriptor _wake;
    private readonly PollEntry[] _entries;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private volatile bool _stopping;
    private long _drainedTo;

    /// <summary>A reader of the rings; <paramref name="wake"/>, an eventfd, becomes its own.</summary>
    public PerfReader(ISystemCallGate gate, CpuRings rings, RecordHandler handler, PlanExecutor executor, OwnedDescriptor process, OwnedDescriptor wake)
    {
        _gate = gate;
        _merger = new RingMerger(rings.Rings);
        _handler = handler;
        _executor = executor;
        _process = process;
        _wake = wake;
        _entries = [.. rings.Owners.Append(process).Append(wake).Select(d => new PollEntry(d.Number, PollEvents.Readable))];
        _thread = new Thread(Run) { IsBackground = true, Name = "sharptrace events" };
    }

    /// <summary>Ends when the thread has; fails with what ended it.</summary>
    public Task Ended => _ended.Task;

    public void Start() => _thread.Start();

    /// <summary>Waits until what was in the rings when this is called has been taken out, a second at most.</summary>
    public void CatchUp()
    {
        var now = Stopwatch.GetTimestamp();
        SpinWait.SpinUntil(() => Volatile.Read(ref _drainedTo) >= now || _ended.Task.IsCompleted, TimeSpan.FromSeconds(1));
    }

    /// <summary>Empties the rings and ends the thread. All events are disabled.</summary>
    public void Stop()
    {
        _stopping = true;
        _gate.SignalEvent(_wake);
        if (_thread.ThreadState.HasFlag(System.Threading.ThreadState.Unstarted))
            _ended.TrySetResult();
        else
            _thread.Join();
    }

    public void Dispose() => _wake.Dispose();

    private void Run()
    {
        try
        {
            var more = false;
            while (!_stopping && !HasExited())
            {
                if (!more)
                    _gate.Poll(_entries, PollMilliseconds);
                var until = Stopwatch.GetTimestamp() - (long)WriterNanoseconds;
                more = Drain((ulong)until) >= RecordsPerBatch;
                if (!more)
                    Volatile.Write(ref _drainedTo, until);
            }

            while (Drain(ulong.MaxValue) > 0)
            {
            }

            _ended.SetResult();
        }
#pragma warning disable CA1031 // A thread's last words: whatever ended it is told by the task.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _ended.SetException(PerfFailures.Reading(e));
        }
    }

    private int Drain(ulong until)
    {
        var count = _merger.Drain(until, RecordsPerBatch, _handler);
        if (_executor.HasBatch)
            _executor.EndBatch();
        return count;
    }

    private bool HasExited() => _gate.Poll(_process, PollEvents.Readable, 0).Raw > 0;
}
