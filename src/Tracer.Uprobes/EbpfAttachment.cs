using Tracer.Bpf;
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
    private ulong[]? _finalLosses;
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

    public ulong LostFrames => Losses(_plan.Emissions.Count);

    public TimeSpan TargetStopped => TimeSpan.Zero;

    public ulong LostEvents(int emission) => Losses(emission) + _reader.MalformedRecords(emission);

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
            _finalLosses = [.. Enumerable.Range(0, _plan.Emissions.Count + 1).Select(_maps.ReadLosses)];
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

    private ulong Losses(int index)
    {
        lock (_gate)
            return _finalLosses is null ? _maps.ReadLosses(index) : _finalLosses[index];
    }
}
