using Tracer.Bpf;
using Tracer.Core.Backends;
using Tracer.Core.Plans;
using Tracer.Core.Records;
using Tracer.Linux;
using Tracer.Uprobes.Compilation;

namespace Tracer.Uprobes;

/// <summary>
/// The thread that takes events from the ring to the sink, without allocating. It ends when it is told to or when the target, if it is one process, has exited, and
/// empties the ring before it does.
/// </summary>
internal sealed class EventReader
{
    // Programs wake the reader when much waits; a lone event waits for a timeout. It is short after an event, for the next one may be near, and grows while
    // nothing comes: an idle trace costs fifty looks a second.
    private const int ShortestPollMilliseconds = 1;
    private const int LongestPollMilliseconds = 20;

    // So that the sink can flush, and a request to stop is seen, while a target fires without pause.
    private const int RecordsPerBatch = 16 * 1024;

    private readonly RingBuffer _ring;
    private readonly ISystemCallGate _gate;
    private readonly OwnedDescriptor? _process;
    private readonly IEventSink _sink;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _thread;
    private readonly Visitor _visitor;
    private volatile bool _stopping;
    private bool _expecting;

    public EventReader(ISystemCallGate gate, RingBuffer ring, OwnedDescriptor? process, TracePlan plan, IEventSink sink)
    {
        _gate = gate;
        _ring = ring;
        _process = process;
        _sink = sink;
        _visitor = new Visitor(plan.Emissions, plan.TextLimit, sink);
        _thread = new Thread(Run) { IsBackground = true, Name = "sharptrace events" };
    }

    /// <summary>Ends when the thread has; fails with what ended it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Records of an emission that were not whole.</summary>
    public ulong MalformedRecords(int emission) => Volatile.Read(ref _visitor.Malformed[emission]);

    public void Start() => _thread.Start();

    /// <summary>Events may come from now on: they are looked for often again.</summary>
    public void Expect()
    {
        Volatile.Write(ref _expecting, true);
        _ring.Wake();
    }

    /// <summary>Empties the ring and ends the thread. Nothing may write to the ring any more.</summary>
    public void Stop()
    {
        _stopping = true;
        _ring.Wake();
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            var poll = ShortestPollMilliseconds;
            while (!_stopping && !HasExited())
            {
                _ring.Wait(poll);
                poll = Drain(RecordsPerBatch) > 0 || Interlocked.Exchange(ref _expecting, false) ? ShortestPollMilliseconds : Math.Min(poll * 2, LongestPollMilliseconds);
            }

            while (Drain(RecordsPerBatch) > 0)
            {
            }

            _ended.SetResult();
        }
#pragma warning disable CA1031 // A thread's last words: whatever ended it is told by the task.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _ended.SetException(EbpfFailures.Reading(e));
        }
    }

    private int Drain(int most)
    {
        var visitor = _visitor;
        var count = _ring.Drain(ref visitor, most);
        if (count > 0)
            _sink.OnBatchEnd();
        return count;
    }

    private bool HasExited() => _process is not null && _gate.Poll(_process, PollEvents.Readable, 0).Raw > 0;

    private readonly struct Visitor(IReadOnlyList<Emission> emissions, int textLimit, IEventSink sink) : IRingBufferVisitor
    {
        private readonly Emission[] _emissions = [.. emissions];
        private readonly ToldTexts _texts = new(emissions, textLimit);

        public ulong[] Malformed { get; } = new ulong[Math.Max(1, emissions.Count)];

        public void Visit(ReadOnlySpan<byte> record)
        {
            if (record.Length == InternedTexts.EndSize)
            {
                _texts.Forget(record);
                return;
            }

            var index = EventRecord.EmissionIndexOf(record);
            if ((uint)index < (uint)_emissions.Length && EventRecord.IsWellFormed(_emissions[index], record) && _texts.TryComplete(_emissions[index], ref record))
                sink.OnEvent(new EventRecord(_emissions[index], record));
            else
                Malformed[(uint)index < (uint)Malformed.Length ? index : 0]++;
        }
    }
}
