using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Core.Aggregations;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Stacks;
using Tracer.Linux;
using Tracer.Uprobes.Compilation;
using Tracer.Uprobes.Following;

namespace Tracer.Uprobes;

/// <summary>The maps of one attached plan. Those that few plans need are made when a program first asks.</summary>
internal sealed class PlanMaps : IProgramMaps, IDisposable
{
    // 8 MiB hold a tenth of a second of a million small events a second.
    private const int SmallestRing = 8 << 20;
    private const int LargestRecordsInRing = 64;

    private const int FramesPerStore = 64 * 1024;
    private const int MostOwners = 64 * 1024;
    private const int MostOwnedNumbers = 16 * 1024;
    private const int FrameKeySize = 16;

    private readonly bool _hasPrivateStacks;
    private readonly ISystemCallGate _gate;
    private readonly TracePlan _plan;
    private readonly Dictionary<FrameStore, BpfMap> _frames = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<CallNesting, (BpfMap Threads, BpfMap Deep)> _nestings = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Variable, BpfMap> _elements = [];
    private readonly Dictionary<(ObjectLife Life, string Members), BpfMap> _numbers = [];
    private readonly List<BpfMap> _owned = [];
    private readonly List<BpfMappedArray> _memories = [];
    private readonly KernelAggregation[] _aggregations;
    private readonly BpfMap _ring;
    private readonly BpfMap _losses;
    private readonly BpfMappedArray _lossMemory;
    private readonly HitMeter? _meter;
    private BpfMap? _scratch;
    private BpfMap? _zeros;
    private BpfMap? _rate;
    private BpfMap? _lastNumber;
    private BpfMap? _ownedNumbers;
    private BpfMap? _generation;
    private BpfMappedArray? _generationMemory;

    public PlanMaps(ISystemCallGate gate, TracePlan plan, bool hasPrivateStacks)
    {
        _hasPrivateStacks = hasPrivateStacks;
        _gate = gate;
        _plan = plan;
        _aggregations = [.. plan.Aggregations.Select(a => new KernelAggregation(gate, a, plan.KeyTextLimit, ChainOf(plan, a)))];
        // A session has many images, most of which have few processes.
        var bytes = plan.Image is { Number: > 1 } ? SmallestRing / 8 : SmallestRing;
        while (bytes < LargestRecordsInRing * ScratchLayout.SizeFor(plan))
            bytes *= 2;
        // A plan without events has a ring because there is a reader; it stays empty.
        if (plan.Emissions.Count == 0)
            bytes = Environment.SystemPageSize;
        WakeThreshold = bytes / 16;
        try
        {
            _losses = Own(BpfMapDefinition.Array(sizeof(ulong), plan.Counters.Count) with { Flags = BpfMapFlags.Mappable, Name = "st_losses" });
            _lossMemory = Map(_losses);
            _meter = plan.IsMetered ? new HitMeter(gate) : null;
            _ring = Own(BpfMapDefinition.RingBuffer(bytes) with { Name = "st_events" });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Ring => _ring.Descriptor;

    public ImageGate? Image => _plan.Image is { Family: EbpfFamily family, Number: var number } ? new ImageGate(family.Processes, number) : null;

    public int? NewGuard() => _hasPrivateStacks ? Own(BpfMapDefinition.Array(StackGuard.ValueSize, Processors) with { Name = "st_guards" }).Descriptor : null;

    public int WakeThreshold { get; }

    public int Losses => _losses.Descriptor;

    public int? Meter => _meter?.Descriptor;

    /// <summary>What counts the hits of a metered plan.</summary>
    /// <exception cref="InvalidOperationException">The plan is not metered.</exception>
    public HitMeter HitMeter => _meter ?? throw new InvalidOperationException("The plan is not metered.");

    public int Processors => PossibleCpus.Count;

    /// <summary>The literals that keys of rows can be.</summary>
    public SiteLiterals Literals { get; } = new();

    public int Scratch =>
        (_scratch ??= Own(BpfMapDefinition.Array(ScratchLayout.SizeFor(_plan), Processors + ScratchLayout.Spares) with { Name = "st_scratch" })).Descriptor;

    public int Generation
    {
        get
        {
            if (_generation is null)
            {
                _generation = Own(BpfMapDefinition.Array(sizeof(ulong), 1) with { Flags = BpfMapFlags.Mappable, Name = "st_generation" });
                _generationMemory = Map(_generation);
            }

            return _generation.Descriptor;
        }
    }

    public int Rate => (_rate ??= Own(BpfMapDefinition.Array(sizeof(ulong), 1) with { Name = "st_rate" })).Descriptor;

    public int OwnedNumbers => (_ownedNumbers ??= Own(new BpfMapDefinition(BpfMapType.LruHash, 2 * sizeof(ulong), sizeof(ulong), MostOwnedNumbers) { Name = "st_owned" })).Descriptor;

    public int LastNumber => (_lastNumber ??= Own(BpfMapDefinition.Array(sizeof(ulong), 1) with { Name = "st_number" })).Descriptor;

    /// <summary>The kinds of objects that own texts, and the maps of their texts' numbers.</summary>
    public IEnumerable<IGrouping<ObjectLife, int>> Owners => _numbers.GroupBy(n => n.Key.Life, n => n.Value.Descriptor);

    public int Zeros =>
        (_zeros ??= Own(BpfMapDefinition.Array(_aggregations.Select(a => a.Lanes * a.Stride).DefaultIfEmpty(sizeof(ulong)).Max(), 1) with { Name = "st_zeros" })).Descriptor;

    /// <summary>The generation that new rows belong to.</summary>
    public uint CurrentGeneration => _generationMemory is null ? 0 : Volatile.Read(ref MemoryMarshal.Cast<byte, uint>(_generationMemory.Span)[0]);

    /// <summary>An aggregation's maps.</summary>
    public KernelAggregation Aggregation(int index) => _aggregations[index];

    public KernelKeyLayout KeysOf(Aggregation aggregation) => MapsOf(aggregation).Layout;

    public int Rows(Aggregation aggregation, int capacity, out int lanes, out int stride)
    {
        var maps = MapsOf(aggregation);
        (lanes, stride) = (maps.Lanes, maps.Stride);
        return maps.Rows(capacity);
    }

    public int SingleRow(Aggregation aggregation, out int stride)
    {
        var maps = MapsOf(aggregation);
        stride = maps.Stride;
        return maps.SingleRow();
    }

    public int Elements(Variable variable)
    {
        if (!_elements.TryGetValue(variable, out var map))
        {
            map = Own(variable.Scope == VariableScope.Global && variable.KeyTypes.Count == 0
                ? BpfMapDefinition.Array(sizeof(ulong) * variable.FieldCount, 1) with { Name = "st_variable" }
                : new BpfMapDefinition(BpfMapType.Hash, sizeof(ulong) * (1 + variable.KeyTypes.Count), sizeof(ulong) * variable.FieldCount, variable.Capacity)
                {
                    Flags = BpfMapFlags.NoPreallocation,
                    Name = "st_variable",
                });
            _elements.Add(variable, map);
        }

        return map.Descriptor;
    }

    public int FramesOf(FrameStore store)
    {
        if (!_frames.TryGetValue(store, out var map))
        {
            // Entries are allocated when they are made: reserving 64 Ki of them would take milliseconds that few programs ever use.
            map = Own(new BpfMapDefinition(BpfMapType.Hash, FrameKeySize, store.ValueCount * sizeof(ulong), FramesPerStore)
            {
                Flags = BpfMapFlags.NoPreallocation,
                Name = "st_frames",
            });
            _frames.Add(store, map);
        }

        return map.Descriptor;
    }

    public int NumbersOf(InternedTexts texts)
    {
        if (!_numbers.TryGetValue((texts.Life, texts.Members), out var map))
        {
            map = Own(new BpfMapDefinition(BpfMapType.Hash, 2 * sizeof(ulong), sizeof(ulong), MostOwners) { Flags = BpfMapFlags.NoPreallocation, Name = "st_numbers" });
            _numbers.Add((texts.Life, texts.Members), map);
        }

        return map.Descriptor;
    }

    public int NestingOf(CallNesting nesting) => MapsOf(nesting).Threads.Descriptor;

    public int DeepTimesOf(CallNesting nesting) => MapsOf(nesting).Deep.Descriptor;

    private (BpfMap Threads, BpfMap Deep) MapsOf(CallNesting nesting)
    {
        if (!_nestings.TryGetValue(nesting, out var maps))
        {
            maps = (Hash(sizeof(ulong), NestingCompiler.Size, "st_nesting"), Hash(2 * sizeof(ulong), sizeof(ulong), "st_nested"));
            _nestings.Add(nesting, maps);
        }

        return maps;

        BpfMap Hash(int key, int value, string name) => Own(new BpfMapDefinition(BpfMapType.Hash, key, value, FramesPerStore) { Flags = BpfMapFlags.NoPreallocation, Name = name });
    }

    /// <summary>Opens the ring for reading; it outlives this object.</summary>
    public RingBuffer OpenRing() => RingBuffer.Open(_ring, Math.Max(ScratchLayout.SizeFor(_plan), 1));

    /// <summary>One of the plan's counters.</summary>
    public ulong ReadCounter(int index) => Volatile.Read(ref MemoryMarshal.Cast<byte, ulong>(_lossMemory.Span)[index]);

    /// <summary>Begins a new generation of rows; gives the one that has ended.</summary>
    public uint EndGeneration() =>
        _generationMemory is null ? 0 : Interlocked.Increment(ref MemoryMarshal.Cast<byte, uint>(_generationMemory.Span)[0]) - 1;

    /// <summary>Drops what threads have open, while no program runs; returns how many calls that were.</summary>
    public ulong ForgetThreads()
    {
        foreach (var frames in _frames.Values)
            Empty(frames);
        foreach (var (threads, deep) in _nestings.Values)
        {
            Empty(threads);
            Empty(deep);
        }

        foreach (var (variable, elements) in _elements)
        {
            if (variable.Scope == VariableScope.Thread)
                Empty(elements);
        }

        // Frames that the kernel keeps itself go with the links.
        ref var open = ref MemoryMarshal.Cast<byte, ulong>(_lossMemory.Span)[_plan.Counters.OpenFrames];
        return Interlocked.Exchange(ref open, 0);
    }

    public void Dispose()
    {
        _meter?.Dispose();
        foreach (var aggregation in _aggregations)
            aggregation.Dispose();
        foreach (var memory in _memories)
            memory.Dispose();
        foreach (var map in _owned)
            map.Dispose();
    }

    private static FrameChain? ChainOf(TracePlan plan, Aggregation aggregation) => plan.Sites.SelectMany(s => s.Clauses).SelectMany(c => c.Actions).OfType<AggregateAction>()
        .Where(a => a.Aggregation == aggregation).SelectMany(a => a.Keys).OfType<StackExpression>().Select(s => s.Chain).FirstOrDefault(c => c is not null);

    private static void Empty(BpfMap map)
    {
        var key = new byte[map.Definition.KeySize];
        // The first key again and again: each is deleted.
        while (map.TryGetNextKey(default, key))
            map.Delete(key);
    }

    private KernelAggregation MapsOf(Aggregation aggregation) => Array.Find(_aggregations, a => a.Layout.Aggregation == aggregation)!;

    private BpfMap Own(in BpfMapDefinition definition)
    {
        var map = BpfMap.Create(_gate, definition);
        _owned.Add(map);
        return map;
    }

    private BpfMappedArray Map(BpfMap map)
    {
        var memory = map.MapMemory();
        _memories.Add(memory);
        return memory;
    }
}
