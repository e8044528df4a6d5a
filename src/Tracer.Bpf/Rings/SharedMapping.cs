using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>A MAP_SHARED mapping of a map's memory, unmapped once.</summary>
internal sealed unsafe class SharedMapping : IDisposable
{
    private const int Mmap = 9;
    private const int Munmap = 11;
    private const int ProtectionRead = 1;
    private const int ProtectionWrite = 2;
    private const int MapShared = 1;

    private readonly ISystemCallGate _gate;
    private readonly nint _length;
    private nint _address;

    private SharedMapping(ISystemCallGate gate, nint address, nint length)
    {
        _gate = gate;
        _address = address;
        _length = length;
    }

    public byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_address == 0, this);
            return (byte*)_address;
        }
    }

    public Span<byte> Span(int length) => new(Pointer, length);

    public static SharedMapping Create(ISystemCallGate gate, int descriptor, nint length, nint offset, bool writable)
    {
        var result = gate.Invoke(Mmap, 0, length, ProtectionRead | (writable ? ProtectionWrite : 0), MapShared, descriptor, offset);
        if (result is < 0 and >= -4095)
            throw new BpfException("map a BPF map's memory", (int)-result);
        return new SharedMapping(gate, result, length);
    }

    public void Dispose()
    {
        var address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
            _gate.Invoke(Munmap, address, _length);
    }
}
