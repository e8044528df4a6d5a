using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>
/// A file descriptor that is closed exactly once, by the gate that opened it (by the finalizer when its owner forgot), and that knows
/// what it is for. Disposing it while another thread makes a call with its number is the owner's mistake to avoid.
/// </summary>
public sealed class OwnedDescriptor : SafeHandle
{
    private static long _open;
    private readonly ISystemCallGate _gate;

    /// <summary>Takes ownership of <paramref name="number"/>; <paramref name="purpose"/> names it in messages ("uprobe at /bin/ls+0x10").</summary>
    public OwnedDescriptor(ISystemCallGate gate, int number, string purpose)
        : base(-1, ownsHandle: true)
    {
        ArgumentNullException.ThrowIfNull(gate);
        _gate = gate;
        Purpose = purpose;
        SetHandle(number);
        if (number >= 0) Interlocked.Increment(ref _open);
    }

    /// <summary>How many owned descriptors of this process are open now: what a leak test compares before and after.</summary>
    public static long OpenCount => Interlocked.Read(ref _open);

    /// <summary>What the descriptor is for.</summary>
    public string Purpose { get; }

    /// <summary>The descriptor's number; valid until it is disposed, -1 after.</summary>
    public int Number => IsClosed ? -1 : (int)handle;

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <inheritdoc/>
    public override string ToString() => IsClosed ? $"{Purpose} (closed)" : $"{Purpose} (fd {(int)handle})";

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Interlocked.Decrement(ref _open);
        // Linux frees the number whatever close(2) returns, EINTR included: trying again could close a stranger's descriptor.
        _gate.Invoke(SystemCall.Close, handle);
        return true;
    }
}
