using System.Runtime.InteropServices;

namespace Tracer.Bpf.Tests;

/// <summary>The reader on a ring written by hand, as kernel/bpf/ringbuf.c lays it out: busy, discarded and wrapping records.</summary>
public sealed unsafe class RingLayoutTests : IDisposable
{
    private const int Capacity = 4096;
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;

    private static readonly int Page = Environment.SystemPageSize;

    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc((nuint)((2 * Page) + (2 * Capacity)), (nuint)Page);
    private readonly BpfMap _map;
    private readonly RingBuffer _ring;
    private ulong _produced;

    public RingLayoutTests()
    {
        new Span<byte>(_memory, (2 * Page) + (2 * Capacity)).Clear();
        var mappings = 0;
        var gate = new FakeGate((number, _, _) => number == 9 ? (nint)_memory + (mappings++ * Page) : null);
        _map = BpfMap.Create(gate, BpfMapDefinition.RingBuffer(Capacity));
        _ring = RingBuffer.Open(_map);
    }

    public void Dispose()
    {
        _ring.Dispose();
        _map.Dispose();
        NativeMemory.AlignedFree(_memory);
    }

    [Fact]
    public void Records_of_any_length_are_read_in_turn()
    {
        var lengths = new List<int>();
        foreach (var length in (int[])[1, 7, 8, 9, 100])
            Write(length, 0);
        Assert.Equal(16 + 16 + 16 + 24 + 112, _ring.UnreadBytes);
        Assert.Equal(5, _ring.Drain(record => lengths.Add(record.Length)));
        Assert.Equal([1, 7, 8, 9, 100], lengths);
        Assert.Equal(0, _ring.UnreadBytes);
    }

    [Fact]
    public void A_record_that_is_still_written_holds_back_those_after_it()
    {
        Write(8, 0);
        var busy = Write(16, Busy);
        Write(24, 0);
        var lengths = new List<int>();
        Assert.Equal(1, _ring.Drain(record => lengths.Add(record.Length)));
        Assert.Equal(0, _ring.Drain(record => lengths.Add(record.Length)));
        *(uint*)busy &= ~Busy;
        Assert.Equal(2, _ring.Drain(record => lengths.Add(record.Length)));
        Assert.Equal([8, 16, 24], lengths);
    }

    [Fact]
    public void A_discarded_record_is_passed_over()
    {
        Write(8, Discarded);
        Write(16, 0);
        Write(8, Discarded);
        var lengths = new List<int>();
        Assert.Equal(1, _ring.Drain(record => lengths.Add(record.Length)));
        Assert.Equal([16], lengths);
        Assert.Equal(0, _ring.UnreadBytes);
    }

    [Fact]
    public void A_record_over_the_end_of_the_ring_is_in_one_piece()
    {
        Write(4000, 0);
        Assert.Equal(1, _ring.Drain(static _ => { }));
        Write(500, 0);
        byte[]? read = null;
        Assert.Equal(1, _ring.Drain(record => read = record.ToArray()));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (byte)i), read!);
    }

    [Fact]
    public void A_visitor_may_be_a_ref_struct()
    {
        Write(3, 0);
        Write(4, 0);
        Span<int> lengths = stackalloc int[2];
        var visitor = new Lengths(lengths);
        Assert.Equal(2, _ring.Drain(ref visitor));
        Assert.Equal([3, 4], lengths.ToArray());
    }

    /// <summary>Writes a record of rising bytes in both copies of the data, and returns where its header is in the first.</summary>
    private byte* Write(int length, uint flags)
    {
        var data = _memory + (2 * Page);
        var record = new byte[8 + length];
        BitConverter.TryWriteBytes(record, (uint)length | flags);
        for (var i = 0; i < length; i++)
            record[8 + i] = (byte)i;
        for (var i = 0; i < record.Length; i++)
            data[(_produced + (ulong)i) % Capacity] = data[((_produced + (ulong)i) % Capacity) + Capacity] = record[i];
        var header = data + (_produced % Capacity);
        _produced += (ulong)(record.Length + 7) & ~7ul;
        *(ulong*)(_memory + Page) = _produced;
        return header;
    }

    private ref struct Lengths(Span<int> lengths) : IRingBufferVisitor
    {
        private readonly Span<int> _lengths = lengths;
        private int _count;

        public void Visit(ReadOnlySpan<byte> record) => _lengths[_count++] = record.Length;
    }
}
