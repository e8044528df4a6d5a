namespace Tracer.Linux;

/// <summary>
/// One mmap(2) of this process, unmapped once: rings, arenas and files. Reading it after Dispose is a segmentation fault; for the same reason it
/// has no finalizer, which could run while somebody still reads a span of it. What is never disposed stays mapped.
/// </summary>
public sealed unsafe class MappedRegion : IDisposable
{
    private readonly ISystemCallGate _gate;
    private nint _address;

    private MappedRegion(ISystemCallGate gate, nint address, nuint length, string purpose)
    {
        _gate = gate;
        _address = address;
        Length = length;
        Purpose = purpose;
    }

    /// <summary>The first byte's address; zero after Dispose.</summary>
    public nint Address => _address;

    /// <summary>The length in bytes, as asked for.</summary>
    public nuint Length { get; }

    /// <summary>What the mapping is for.</summary>
    public string Purpose { get; }

    /// <summary>Maps <paramref name="length"/> bytes of <paramref name="file"/> from <paramref name="offset"/> (a multiple of 4096).</summary>
    public static KernelResult<MappedRegion> Map(
        ISystemCallGate gate, OwnedDescriptor file, nuint length, MappingProtection protection, bool shared, long offset = 0)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(file);
        const int MapShared = 1;
        const int MapPrivate = 2;
        var result = new SystemCallResult(gate.Invoke(
            SystemCall.MMap, 0, (nint)length, (int)protection, shared ? MapShared : MapPrivate, file.Number, (nint)offset));
        return result.IsError
            ? new KernelError(result.Error, $"mapping {file.Purpose}")
            : new MappedRegion(gate, result.Raw, length, file.Purpose);
    }

    /// <summary>The mapped bytes from <paramref name="offset"/>; the caller keeps this object alive and undisposed while it uses them.</summary>
    public Span<byte> Bytes(nuint offset, int length)
    {
        ObjectDisposedException.ThrowIf(_address == 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (offset > Length || (nuint)length > Length - offset) throw new ArgumentOutOfRangeException(nameof(offset));
        return new Span<byte>((byte*)_address + offset, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var address = Interlocked.Exchange(ref _address, 0);
        if (address != 0) _gate.Invoke(SystemCall.MUnmap, address, (nint)Length);
    }
}
