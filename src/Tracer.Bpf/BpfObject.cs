using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>
/// Something of the kernel's that lives as long as its file descriptor: a map, a program, a link. Disposing closes the descriptor once;
/// a program that is attached keeps its maps, and a link keeps its program, so that those may be disposed first.
/// </summary>
public abstract class BpfObject : IDisposable
{
    private const int Closed = -1;

    private int _descriptor;

    private protected BpfObject(ISystemCallGate gate, int descriptor)
    {
        Gate = gate;
        _descriptor = descriptor;
    }

    /// <summary>The open file descriptor.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public int Descriptor
    {
        get
        {
            ObjectDisposedException.ThrowIf(_descriptor == Closed, this);
            return _descriptor;
        }
    }

    internal ISystemCallGate Gate { get; }

    /// <summary>Closes the descriptor.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the descriptor; a second time does nothing.</summary>
    protected virtual void Dispose(bool disposing)
    {
        var descriptor = Interlocked.Exchange(ref _descriptor, Closed);
        if (descriptor != Closed)
            BpfSystemCall.CloseDescriptor(Gate, descriptor);
    }
}
