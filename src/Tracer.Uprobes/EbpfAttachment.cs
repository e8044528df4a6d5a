using Tracer.Bpf;
using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Plans;
using Tracer.Linux;

namespace Tracer.Uprobes;

/// <summary>A plan that is armed with eBPF: its links, maps and the thread that reads the ring.</summary>
internal sealed class EbpfAttachment : IMeteredAttachment
{
    // The kernel waits out running programs at each close; closing from several threads lets the waits overlap.
    private const int MostClosers = 16;

    private readonly TracePlan _plan;
    private readonly PlanMaps _maps;
    private readonly RingBuffer _ring;
    private readonly OwnedDescriptor? _process;
    private readonly IKeptGate _breakpoints;
    private readonly EventReader _reader;
    private readonly List<Arming> _armings = [];
    private readonly List<BpfProgram> _programs = [];
    private readonly List<IDisposable> _links = [];
    private readonly List<IDisposable> _kept = [];
    private readonly Lock _arming = new();
    private readonly Lock _gate = new();
    private bool _isStopping;
    private ulong[]? _finalCounters;
    private long? _finalCost;
    private AggregationTable[]? _finalRows;
    private Task? _stopped;

    public EbpfAttachment(ISystemCallGate gate, TracePlan plan, PlanMaps maps, RingBuffer ring, OwnedDescriptor? process, IEventSink sink)
    {
        _plan = plan;
        _maps = maps;
        _ring = ring;
        _process = process;
        _breakpoints = gate.Keep();
        _reader = new EventReader(gate, ring, process, plan, sink);
        _reader.Start();
    }

    public Task Completion => _reader.Ended;

    public TimeSpan TargetStopped => TimeSpan.Zero;

    public TracePlan Plan => _plan;

    /// <summary>What hits cost; of plans that are metered.</summary>
    public HitPrice Price { get; init; }

    public long HitNanoseconds
    {
        get
        {
            lock (_gate)
                return _finalCost ?? Price.Of(_maps.HitMeter);
        }
    }

    public bool IsProcessorTime => true;

    public ulong ReadCounter(int counter) =>
        Counter(counter) + (counter < _plan.Emissions.Count ? _reader.MalformedRecords(counter) : 0);

    public AggregationSnapshot ReadAggregation(int aggregation, bool reset)
    {
        var counters = _plan.Counters;
        lock (_gate)
        {
            var rows = _finalRows is null ? ReadLive(aggregation, reset) : _finalRows[aggregation];
            var snapshot = new AggregationSnapshot(rows.Aggregation, rows.Rows(), Counter(counters.Overflow(aggregation)), Counter(counters.ValueFaults(aggregation)));
            if (reset)
                rows.Clear();
            return snapshot;
        }
    }

    /// <summary>Takes over a program, so that it can be attached again.</summary>
    public BpfProgram Own(BpfProgram program)
    {
        _programs.Add(program);
        return program;
    }

    /// <summary>Attaches, now and after every pause.</summary>
    /// <param name="attach">Makes a link, by the kernel that it is given for what sets and takes out breakpoints.</param>
    /// <param name="failure">What it means that it could not be made.</param>
    public void Add(Func<ISystemCallGate, IDisposable> attach, Func<BpfException, TracerException> failure)
    {
        var arming = new Arming(() => attach(_breakpoints), failure);
        _armings.Add(arming);
        _links.Add(arming.Attach());
    }

    /// <summary>Attaches what must be there before and after all else, in pauses too.</summary>
    public void Keep(Func<ISystemCallGate, IDisposable> attach, Func<BpfException, TracerException> failure) => _kept.Add(new Arming(() => attach(_breakpoints), failure).Attach());

    /// <summary>All is armed: programs of a metered plan, which wait for that, begin to work.</summary>
    public void Open()
    {
        if (_plan.IsMetered)
            _maps.HitMeter.IsOpen = true;
        _reader.Expect();
    }

    public ulong Pause()
    {
        lock (_arming)
        {
            if (_isStopping)
                return 0;
            _maps.HitMeter.IsOpen = false;
            // When a link is closed, the kernel has waited for its programs that ran.
            CloseLinks();
            return _maps.ForgetThreads();
        }
    }

    public void Resume()
    {
        lock (_arming)
        {
            if (_isStopping)
                return;
            try
            {
                foreach (var arming in _armings)
                    _links.Add(arming.Attach());
            }
            catch
            {
                CloseLinks();
                throw;
            }

            Open();
        }
    }

    public ValueTask StopAsync()
    {
        lock (_gate)
            return new ValueTask(_stopped ??= Task.Run(Stop));
    }

    public ValueTask DisposeAsync() => StopAsync();

    private void Stop()
    {
        lock (_arming)
        {
            _isStopping = true;
            CloseLinks();
            foreach (var link in _kept)
                link.Dispose();
            _breakpoints.Dispose();
        }

        _reader.Stop();
        lock (_gate)
        {
            _finalCost = _plan.IsMetered ? Price.Of(_maps.HitMeter) : null;
            _finalCounters = [.. Enumerable.Range(0, _plan.Counters.Count).Select(_maps.ReadCounter)];
            // No program runs any more: nothing can be missed.
            _finalRows = [.. Enumerable.Range(0, _plan.Aggregations.Count).Select(a => ReadLive(a, reset: false))];
            _maps.Dispose();
        }

        foreach (var program in _programs)
            program.Dispose();
        _ring.Dispose();
        _process?.Dispose();
    }

    private void CloseLinks()
    {
        var next = -1;
        var threads = new Thread[Math.Min(MostClosers, _links.Count) - 1 is var n and > 0 ? n : 0];
        for (var k = 0; k < threads.Length; k++)
            (threads[k] = new Thread(Close) { IsBackground = true, Name = "sharptrace detach" }).Start();
        Close();
        foreach (var thread in threads)
            thread.Join();
        _links.Clear();

        void Close()
        {
            for (var k = Interlocked.Increment(ref next); k < _links.Count; k = Interlocked.Increment(ref next))
                _links[k].Dispose();
        }
    }

    private ulong Counter(int index)
    {
        lock (_gate)
            return _finalCounters is null ? _maps.ReadCounter(index) : _finalCounters[index];
    }

    private sealed record Arming(Func<IDisposable> Make, Func<BpfException, TracerException> Failure)
    {
        public IDisposable Attach()
        {
            try
            {
                return Make();
            }
            catch (BpfException e)
            {
                throw Failure(e);
            }
        }
    }

    private AggregationTable ReadLive(int aggregation, bool reset)
    {
        var table = new AggregationTable(_plan.Aggregations[aggregation]);
        _maps.Aggregation(aggregation).Read(table, reset ? _maps.EndGeneration() : _maps.CurrentGeneration, _maps.Literals, reset);
        return table;
    }
}
