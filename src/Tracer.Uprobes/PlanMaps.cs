using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Linux;
using Tracer.Uprobes.Compilation;

namespace Tracer.Uprobes;

/// <summary>The maps of one attached plan. Those that few plans need are made when a program first asks.</summary>
internal sealed class PlanMaps : IProgramMaps, IDisposable
{
    // 8 MiB hold a tenth of a second of a million small events a second.
    private const int SmallestRing = 8 << 20;
    private const int LargestRecordsInRing = 64;

    private const int FramesPerStore = 64 * 1024;
    private const int FrameKeySize = 16;

    private readonly ISystemCallGate _gate;
    private readonly TracePlan _plan;
    private readonly Dictionary<FrameStore, BpfMap> _frames = new(ReferenceEqualityComparer.Instance);
    private readonly BpfMap _ring;
    private readonly BpfMap _losses;
    private readonly BpfMappedArray _lossMemory;
    private BpfMap? _scratch;

    public PlanMaps(ISystemCallGate gate, TracePlan plan)
    {
        _gate = gate;
        _plan = plan;
        var bytes = SmallestRing;
        while (bytes < LargestRecordsInRing * ScratchLayout.SizeFor(plan))
            bytes *= 2;
        WakeThreshold = bytes / 16;
        _losses = BpfMap.Create(gate, BpfMapDefinition.Array(sizeof(ulong), plan.Emissions.Count + 1) with { Flags = BpfMapFlags.Mappable, Name = "st_losses" });
        try
        {
            _lossMemory = _losses.MapMemory();
            _ring = BpfMap.Create(gate, BpfMapDefinition.RingBuffer(bytes) with { Name = "st_events" });
        }
        catch
        {
            _lossMemory?.Dispose();
            _losses.Dispose();
            throw;
        }
    }

    public int Ring => _ring.Descriptor;

    public int WakeThreshold { get; }

    public int Losses => _losses.Descriptor;

    public int Processors => PossibleCpus.Count;

    public int Scratch
    {
        get
        {
            _scratch ??= BpfMap.Create(
                _gate, BpfMapDefinition.Array(ScratchLayout.SizeFor(_plan), Processors + ScratchLayout.Spares) with { Name = "st_scratch" });
            return _scratch.Descriptor;
        }
    }

    public int FramesOf(FrameStore store)
    {
        if (!_frames.TryGetValue(store, out var map))
        {
            // Entries are allocated when they are made: reserving 64 Ki of them would take milliseconds that few programs ever use.
            map = BpfMap.Create(_gate, new BpfMapDefinition(BpfMapType.Hash, FrameKeySize, store.ValueCount * sizeof(ulong), FramesPerStore)
            {
                Flags = BpfMapFlags.NoPreallocation,
                Name = "st_frames",
            });
            _frames.Add(store, map);
        }

        return map.Descriptor;
    }

    /// <summary>Opens the ring for reading; it outlives this object.</summary>
    public RingBuffer OpenRing() => RingBuffer.Open(_ring);

    /// <summary>Events lost by an emission, and frames lost at the index after the last emission.</summary>
    public ulong ReadLosses(int index) => Volatile.Read(ref MemoryMarshal.Cast<byte, ulong>(_lossMemory.Span)[index]);

    public void Dispose()
    {
        foreach (var map in _frames.Values)
            map.Dispose();
        _scratch?.Dispose();
        _ring.Dispose();
        _lossMemory.Dispose();
        _losses.Dispose();
    }
}
