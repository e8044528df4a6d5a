using Tracer.Bpf;
using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Plans;
using Tracer.Linux;

namespace Tracer.Uprobes;

/// <summary>A plan that is armed with eBPF: its links, maps and the thread that reads the ring.</summary>
internal sealed class EbpfAttachment : IProbeAttachment
{
    // The kernel waits out running programs at each close; closing from several threads lets the waits overlap.
    private const int MostClosers = 16;

    private readonly TracePlan _plan;
    private readonly PlanMaps _maps;
    private readonly RingBuffer _ring;
    private readonly OwnedDescriptor _process;
    private readonly EventReader _reader;
    private readonly List<BpfLink> _links = [];
    private readonly Lock _gate = new();
    private ulong[]? _finalCounters;
    private AggregationTable[]? _finalRows;
    private Task? _stopped;

    public EbpfAttachment(ISystemCallGate gate, TracePlan plan, PlanMaps maps, RingBuffer ring, OwnedDescriptor process, IEventSink sink)
    {
        _plan = plan;
        _maps = maps;
        _ring = ring;
        _process = process;
        _reader = new EventReader(gate, ring, process, plan, sink);
        _reader.Start();
    }

    public Task Completion => _reader.Ended;

    public TimeSpan TargetStopped => TimeSpan.Zero;

    public TracePlan Plan => _plan;

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

    /// <summary>Takes over a link.</summary>
    public void Add(BpfLink link) => _links.Add(link);

    public ValueTask StopAsync()
    {
        lock (_gate)
            return new ValueTask(_stopped ??= Task.Run(Stop));
    }

    public ValueTask DisposeAsync() => StopAsync();

    private void Stop()
    {
        CloseLinks();
        _reader.Stop();
        lock (_gate)
        {
            _finalCounters = [.. Enumerable.Range(0, _plan.Counters.Count).Select(_maps.ReadCounter)];
            // No program runs any more: nothing can be missed.
            _finalRows = [.. Enumerable.Range(0, _plan.Aggregations.Count).Select(a => ReadLive(a, reset: false))];
            _maps.Dispose();
        }

        _ring.Dispose();
        _process.Dispose();
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

    private AggregationTable ReadLive(int aggregation, bool reset)
    {
        var table = new AggregationTable(_plan.Aggregations[aggregation]);
        _maps.Aggregation(aggregation).Read(table, reset ? _maps.EndGeneration() : _maps.CurrentGeneration, _maps.Literals, reset);
        return table;
    }
}
