using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Tracer.Bpf;
using Tracer.Core.Aggregations;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Stacks;
using Tracer.Linux;
using Tracer.Uprobes.Compilation;

namespace Tracer.Uprobes;

/// <summary>
/// The maps of one aggregation, and how their rows are read. A program may add to a row at any time, also when its generation has ended: a row stays one
/// generation longer than it is needed, and what came late is reported with the next one. So nothing is lost between two readings.
/// </summary>
internal sealed class KernelAggregation : IDisposable
{
    // Cells of several CPUs on one cache line would slow each other down.
    private const int CacheLine = 64;

    // Rows have lanes of cells that CPUs share by their number, and no per-CPU memory: the kernel gets that from a pool which runs dry for milliseconds when many
    // rows are made at once (pcpu_alloc in mm/percpu.c, in atomic context), and a hit would find no room.
    private const int MostLanes = 8;
    private const int RowsPerRead = 512;

    private readonly ISystemCallGate _gate;
    private readonly Dictionary<int, BpfMap> _rows = [];
    private readonly KeyWriter _key = new();
    private readonly Dictionary<byte[], ulong[]> _reported = new(ByteKeyComparer.Instance);
    private readonly FrameChain? _chain;
    private readonly List<NativeFrame> _frames = [];
    private BpfMap? _single;
    private BpfMappedArray? _singleMemory;

    public KernelAggregation(ISystemCallGate gate, Aggregation aggregation, int textLimit, FrameChain? chain)
    {
        _gate = gate;
        _chain = chain;
        Layout = new KernelKeyLayout(aggregation, textLimit);
        Stride = ((aggregation.CellCount * sizeof(ulong)) + CacheLine - 1) / CacheLine * CacheLine;
        Lanes = Math.Min(MostLanes, (int)BitOperations.RoundUpToPowerOf2((uint)PossibleCpus.Count));
    }

    public KernelKeyLayout Layout { get; }

    /// <summary>Bytes from one lane of cells to the next.</summary>
    public int Stride { get; }

    /// <summary>Lanes of a row with keys, a power of two. A row without keys has a lane for each CPU.</summary>
    public int Lanes { get; }

    private Aggregation Aggregation => Layout.Aggregation;

    /// <summary>The map of rows whose texts have that capacity.</summary>
    public int Rows(int capacity)
    {
        if (!_rows.TryGetValue(capacity, out var map))
        {
            // Rows are allocated when they are made: room for all of them would take milliseconds to get, and tens of megabytes for histograms.
            map = BpfMap.Create(_gate, new BpfMapDefinition(BpfMapType.Hash, Layout.SizeOf(capacity), Lanes * Stride, Aggregation.Capacity)
            {
                Flags = BpfMapFlags.NoPreallocation,
                Name = "st_rows",
            });
            _rows.Add(capacity, map);
        }

        return map.Descriptor;
    }

    /// <summary>The array that holds the only row of a table without keys.</summary>
    public int SingleRow()
    {
        if (_single is null)
        {
            _single = BpfMap.Create(_gate, BpfMapDefinition.Array(Stride * PossibleCpus.Count, 1) with { Flags = BpfMapFlags.Mappable, Name = "st_row" });
            _singleMemory = _single.MapMemory();
        }

        return _single.Descriptor;
    }

    /// <summary>
    /// Takes what was not reported yet of <paramref name="generation"/> and older ones into a table; with <paramref name="reset"/> it counts as reported
    /// from now on.
    /// </summary>
    public void Read(AggregationTable into, uint generation, SiteLiterals literals, bool reset)
    {
        foreach (var map in _rows.Values)
            Read(map, into, generation, literals, reset);
        if (_singleMemory is not null)
            ReadSingle(into, reset);
    }

    public void Dispose()
    {
        foreach (var map in _rows.Values)
            map.Dispose();
        _singleMemory?.Dispose();
        _single?.Dispose();
    }

    private void ReadSingle(AggregationTable into, bool reset)
    {
        var cells = MemoryMarshal.Cast<byte, ulong>(_singleMemory!.Span);
        Span<ulong> row = stackalloc ulong[Buckets.Maximum];
        row = row[..Aggregation.CellCount];
        for (var cpu = 0; cpu < PossibleCpus.Count; cpu++)
        {
            var own = cells.Slice(cpu * Stride / sizeof(ulong), row.Length);
            for (var k = 0; k < row.Length; k++)
            {
                // Programs change the cells meanwhile: what is taken out is taken exactly once.
                row[k] = reset ? Interlocked.Exchange(ref own[k], 0) : Volatile.Read(ref own[k]);
            }

            if (!Cells.IsEmpty(Aggregation, row))
                into.Merge([], row);
        }
    }

    private void Read(BpfMap map, AggregationTable into, uint generation, SiteLiterals literals, bool reset)
    {
        var keys = new byte[RowsPerRead * map.Definition.KeySize];
        var values = new byte[RowsPerRead * map.ValueBufferSize];
        var old = new List<byte[]>();
        uint? position = null;
        bool more;
        do
        {
            more = map.ReadBatch(ref position, keys, values, out var count);
            for (var k = 0; k < count; k++)
            {
                // A generation that is newer is not yet to be reported; the difference is right also when the numbers wrap.
                var key = keys.AsSpan(k * map.Definition.KeySize, map.Definition.KeySize);
                var age = (int)(generation - BinaryPrimitives.ReadUInt32LittleEndian(key));
                if (age < 0)
                    continue;
                Report(key, Sum(values.AsSpan(k * map.ValueBufferSize, map.ValueBufferSize)), into, literals, reset);
                if (reset && age > 0)
                    old.Add(key.ToArray());
            }
        }
        while (more);

        foreach (var key in old)
        {
            map.Delete(key);
            _reported.Remove(key);
        }
    }

    private ulong[] Sum(ReadOnlySpan<byte> value)
    {
        var sum = new ulong[Aggregation.CellCount];
        for (var lane = 0; lane < Lanes; lane++)
            Cells.Merge(Aggregation, sum, MemoryMarshal.Cast<byte, ulong>(value.Slice(lane * Stride, sum.Length * sizeof(ulong))));
        return sum;
    }

    private void Report(ReadOnlySpan<byte> key, ulong[] cells, AggregationTable into, SiteLiterals literals, bool reset)
    {
        var reported = _reported.GetAlternateLookup<ReadOnlySpan<byte>>();
        var isNew = !reported.TryGetValue(key, out var before);
        var now = reset ? (ulong[])cells.Clone() : null;
        if (isNew || !cells.AsSpan().SequenceEqual(before))
        {
            if (!isNew)
                Cells.Subtract(Aggregation, cells, before);
            if (!Cells.IsEmpty(Aggregation, cells))
                into.Merge(KeyOf(key, literals), cells);
        }

        if (now is not null)
            reported[key] = now;
    }

    private ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> kernelKey, SiteLiterals literals)
    {
        _key.Clear();
        var capacity = Layout.TextCount == 0 ? 0 : (kernelKey.Length - Layout.TextsOffset) / Layout.TextCount;
        var statuses = BinaryPrimitives.ReadUInt32LittleEndian(kernelKey[KernelKeyLayout.StatusOffset..]);
        for (var k = 0; k < Aggregation.Keys.Count; k++)
        {
            var slot = BinaryPrimitives.ReadUInt64LittleEndian(kernelKey[KernelKeyLayout.SlotOf(k)..]);
            if (Aggregation.Keys[k].Type is StackType)
                AddStack(slot, kernelKey.Slice(Layout.TextOf(k, capacity), capacity));
            else if (Aggregation.Keys[k].Type is TextType)
                AddText(slot, kernelKey.Slice(Layout.TextOf(k, capacity), capacity), literals);
            else
                _key.Add(slot, (EvaluationStatus)((statuses >> (4 * k)) & 15));
        }

        return _key.Key;
    }

    private void AddStack(ulong slot, ReadOnlySpan<byte> field)
    {
        var isBroken = (int)(slot >> KernelKeyLayout.CharsetShift) == FrameChainCompiler.Broken;
        _chain!.Code.Read(field[..Math.Min((int)(uint)slot, field.Length)], isBroken, _chain.Start.IsKnown, _frames);
        _key.Add(CollectionsMarshal.AsSpan(_frames), EvaluationStatus.Ok);
    }

    private void AddText(ulong slot, ReadOnlySpan<byte> field, SiteLiterals literals)
    {
        var length = (uint)slot;
        var status = (EvaluationStatus)(byte)(slot >> KernelKeyLayout.StatusShift);
        switch ((int)(slot >> KernelKeyLayout.CharsetShift) & 0xff)
        {
            case KernelKeyLayout.LiteralCharset:
                var literal = literals[length];
                if (literal.Length > Layout.TextLimit)
                    _key.Add(literal[..Layout.TextLimit], Charset.Utf8, EvaluationStatus.Truncated);
                else
                    _key.Add(literal, Charset.Utf8, status);
                break;
            case KernelKeyLayout.CommCharset:
                var end = field.IndexOf((byte)0);
                _key.Add(end < 0 ? field : field[..end], Charset.Utf8, status);
                break;
            case var charset:
                _key.Add(field[..Math.Min((int)length, field.Length)], (Charset)charset, status);
                break;
        }
    }
}
