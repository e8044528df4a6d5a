using System.Runtime.CompilerServices;

namespace Tracer.Bpf;

/// <summary>
/// Reads a BPF ring buffer in place (kernel 5.8; kernel/bpf/ringbuf.c): one reader thread, any number of writing programs, order of
/// reservation kept across CPUs. Draining allocates nothing and makes no system call.
/// </summary>
/// <remarks>
/// Whether the reader is woken is the program's decision (<see cref="RingBufferFlags"/>). The cheap policy is NoWakeup on every record and
/// ForceWakeup once bpf_ringbuf_query says that, say, an eighth of the ring waits; the reader then waits with a timeout that bounds the
/// delay of a slow trickle, and drains after a timeout too. The ring itself counts no losses: a program whose reserve or output fails
/// must count that.
/// </remarks>
public sealed unsafe class RingBuffer : IDisposable
{
    // The record header: u32 length with two flag bits, u32 page offset that only the kernel uses (struct bpf_ringbuf_hdr).
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const int HeaderSize = 8;

    private readonly SharedMapping _consumerPage;
    private readonly SharedMapping _producerPages;
    private readonly RingWaiter _waiter;
    private readonly ulong _mask;
    private readonly int _longestRecord;

    private RingBuffer(SharedMapping consumerPage, SharedMapping producerPages, RingWaiter waiter, int capacity, int longestRecord)
    {
        _consumerPage = consumerPage;
        _producerPages = producerPages;
        _waiter = waiter;
        _mask = (ulong)capacity - 1;
        _longestRecord = longestRecord;
        Capacity = capacity;
    }

    /// <summary>Size of the ring in bytes; each record takes its length plus 8, rounded up to 8.</summary>
    public int Capacity { get; }

    /// <summary>Bytes reserved and not yet read.</summary>
    public long UnreadBytes => (long)(Volatile.Read(ref *ProducerPosition) - Volatile.Read(ref *ConsumerPosition));

    private ulong* ConsumerPosition => (ulong*)_consumerPage.Pointer;

    private ulong* ProducerPosition => (ulong*)_producerPages.Pointer;

    /// <summary>
    /// Maps the ring of <paramref name="map"/>, which stays the caller's and may be disposed afterwards. A ring has one reader.
    /// </summary>
    /// <param name="map">The map.</param>
    /// <param name="longestRecord">Bytes of the longest record that programs write; the less, the less is mapped. Without it the ring's size.</param>
    /// <exception cref="ArgumentException">The map is no ring buffer.</exception>
    /// <exception cref="BpfException">The kernel refused a mapping or a descriptor.</exception>
    public static RingBuffer Open(BpfMap map, int longestRecord = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(longestRecord);
        var capacity = map.Definition.MaxEntries;
        if (map.Definition.Type != BpfMapType.RingBuffer)
            throw new ArgumentException("The map is no ring buffer.", nameof(map));

        // ringbuf_map_mmap: page 0 is the reader's position (writable), page 1 the writers', then the data, mapped twice in a row so that a
        // record that wraps is contiguous. Of the second time no more is mapped than a record can reach: mapped pages count as this process's.
        var page = Environment.SystemPageSize;
        longestRecord = Math.Min(longestRecord, capacity - HeaderSize);
        var again = (longestRecord + page - 1) / page * page;
        SharedMapping? consumer = null, producer = null;
        try
        {
            consumer = SharedMapping.Create(map.Gate, map.Descriptor, page, 0, writable: true);
            producer = SharedMapping.Create(map.Gate, map.Descriptor, page + (nint)capacity + again, page, writable: false);
            return new RingBuffer(consumer, producer, new RingWaiter(map.Gate, map.Descriptor), capacity, longestRecord);
        }
        catch
        {
            producer?.Dispose();
            consumer?.Dispose();
            throw;
        }
    }

    /// <summary>Hands every committed record to <paramref name="callback"/>; returns how many.</summary>
    public int Drain(RingBufferCallback callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var visitor = new CallbackVisitor(callback);
        return Drain(ref visitor);
    }

    /// <summary>
    /// Hands committed records to <paramref name="visitor"/>, oldest first, until none is left, one is still being written, or
    /// <paramref name="most"/> were handed over; returns how many. If the visitor throws, its record stays in the ring.
    /// </summary>
    /// <exception cref="InvalidOperationException">A record is longer than the longest that was announced.</exception>
    public int Drain<TVisitor>(ref TVisitor visitor, int most = int.MaxValue)
        where TVisitor : IRingBufferVisitor, allows ref struct
    {
        var count = 0;
        var data = _producerPages.Pointer + Environment.SystemPageSize;
        var consumerPosition = ConsumerPosition;
        var producerPosition = ProducerPosition;
        var consumed = Volatile.Read(ref *consumerPosition);
        while (true)
        {
            var produced = Volatile.Read(ref *producerPosition);
            if (consumed == produced)
            {
                // Our last position must be visible before we look once more: a program that commits with adaptive wake-up compares the
                // two positions, and either it sees ours and wakes us, or we see its record here.
                Interlocked.MemoryBarrier();
                if (consumed == Volatile.Read(ref *producerPosition))
                    return count;
                continue;
            }

            while (consumed != produced)
            {
                if (count == most)
                    return count;
                var header = data + (consumed & _mask);
                var length = Volatile.Read(ref *(uint*)header);
                if ((length & Busy) != 0)
                    return count;
                var size = (int)(length & ~Discarded);
                if (size > _longestRecord)
                    throw TooLong(size);
                if ((length & Discarded) == 0)
                {
                    visitor.Visit(new ReadOnlySpan<byte>(header + HeaderSize, size));
                    count++;
                }

                consumed += (uint)(size + HeaderSize + 7) & ~7u;
                Volatile.Write(ref *consumerPosition, consumed);
            }
        }
    }

    /// <summary>Sleeps until a program wakes the reader, <see cref="Wake"/> is called, or the time is over (-1: no limit).</summary>
    /// <exception cref="BpfException">epoll_wait failed.</exception>
    public RingBufferWait Wait(int milliseconds) => _waiter.Wait(milliseconds);

    /// <summary>Ends the current or the next <see cref="Wait"/>, from any thread.</summary>
    public void Wake() => _waiter.Wake();

    /// <summary>Unmaps the ring. No thread may be draining.</summary>
    public void Dispose()
    {
        _waiter.Dispose();
        _producerPages.Dispose();
        _consumerPage.Dispose();
    }

    private InvalidOperationException TooLong(int size) => new($"A record of {size} bytes is longer than the {_longestRecord} that programs announced.");

    private readonly struct CallbackVisitor(RingBufferCallback callback) : IRingBufferVisitor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Visit(ReadOnlySpan<byte> record) => callback(record);
    }
}
