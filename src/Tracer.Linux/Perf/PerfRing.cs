using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>
/// The ring of a perf event, mapped and read in place: one page of positions, then the records of one CPU (perf_event_open(2), "MMAP layout"). One thread
/// reads. Nothing is allocated after the opening.
/// </summary>
/// <remarks>
/// <see cref="Snapshot"/> fixes how far may be read; then <see cref="TryPeek"/>, <see cref="Advance"/> and so on; <see cref="Release"/> gives the room of what
/// was read back to the kernel. Bytes that are no record end the snapshot: the rest of it is passed over and counted.
/// </remarks>
public sealed class PerfRing : IDisposable
{
    // struct perf_event_mmap_page, include/uapi/linux/perf_event.h.
    private const int HeadOffset = 1024;
    private const int TailOffset = 1032;

    private const int PageSize = 4096;
    private const int HeaderSize = 8;
    private const int SizeOffset = 6;

    private readonly MappedRegion _region;
    private readonly byte[] _whole = new byte[ushort.MaxValue];
    private readonly int _capacity;
    private ulong _position;
    private ulong _end;
    private int _size;

    private PerfRing(MappedRegion region, int capacity) => (_region, _capacity) = (region, capacity);

    /// <summary>Bytes of records it can hold.</summary>
    public int Capacity => _capacity;

    /// <summary>Bytes that were passed over because they were no record; zero unless the kernel or this program has a bug.</summary>
    public ulong Corrupted { get; private set; }

    /// <summary>
    /// Maps the ring of <paramref name="perfEvent"/>. <paramref name="capacity"/> is a power of two of at least 4096 bytes. EPERM: more memory than
    /// perf_event_mlock_kb allows without CAP_IPC_LOCK; ENOMEM.
    /// </summary>
    public static KernelResult<PerfRing> Open(ISystemCallGate gate, OwnedDescriptor perfEvent, int capacity) =>
        MappedRegion.Map(gate, perfEvent, (nuint)(PageSize + capacity), MappingProtection.Read | MappingProtection.Write, shared: true).TryGet(out var region, out var error)
            ? new PerfRing(region, capacity)
            : error;

    /// <summary>Looks how far the kernel has written.</summary>
    public void Snapshot()
    {
        _end = Volatile.Read(ref Position(HeadOffset));
        _size = 0;
    }

    /// <summary>The oldest record that was not advanced over, valid until <see cref="Release"/>; false when the snapshot has no more.</summary>
    public bool TryPeek(out ReadOnlySpan<byte> record)
    {
        if (_size == 0 && !TryFindRecord())
        {
            record = default;
            return false;
        }

        var start = (int)(_position & ((ulong)_capacity - 1));
        record = start + _size <= _capacity ? _region.Bytes((nuint)(PageSize + start), _size) : _whole.AsSpan(0, _size);
        return true;
    }

    /// <summary>Goes on to the next record.</summary>
    public void Advance()
    {
        _position += (uint)_size;
        _size = 0;
    }

    /// <summary>Gives the kernel the room of all records that were advanced over.</summary>
    public void Release() => Volatile.Write(ref Position(TailOffset), _position);

    /// <inheritdoc/>
    public void Dispose() => _region.Dispose();

    private bool TryFindRecord()
    {
        var left = _end - _position;
        if (left == 0) return false;
        Span<byte> header = stackalloc byte[HeaderSize];
        if (left >= HeaderSize && left <= (ulong)_capacity)
        {
            Copy(header);
            int size = BinaryPrimitives.ReadUInt16LittleEndian(header[SizeOffset..]);
            if (size >= HeaderSize && size % HeaderSize == 0 && (ulong)size <= left)
            {
                _size = size;
                var start = (int)(_position & ((ulong)_capacity - 1));
                if (start + size > _capacity) Copy(_whole.AsSpan(0, size));
                return true;
            }
        }

        Corrupted += left;
        _position = _end;
        return false;
    }

    private void Copy(Span<byte> destination)
    {
        var start = (int)(_position & ((ulong)_capacity - 1));
        var first = Math.Min(destination.Length, _capacity - start);
        _region.Bytes((nuint)(PageSize + start), first).CopyTo(destination);
        if (first < destination.Length) _region.Bytes(PageSize, destination.Length - first).CopyTo(destination[first..]);
    }

    private ref ulong Position(int offset) => ref MemoryMarshal.AsRef<ulong>(_region.Bytes((nuint)offset, sizeof(ulong)));
}
