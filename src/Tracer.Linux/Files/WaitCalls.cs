using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>Waiting for descriptors: poll(2), eventfd(2), epoll(7).</summary>
public static unsafe class WaitCalls
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    /// <summary>
    /// Waits until one descriptor is ready. Returns what it is ready for (<see cref="PollEvents"/>), zero after <paramref name="milliseconds"/> (-1: forever).
    /// EINTR is returned, so that the caller can reckon what is left of its time.
    /// </summary>
    public static SystemCallResult Poll(this ISystemCallGate gate, OwnedDescriptor file, PollEvents events, int milliseconds)
    {
        ArgumentNullException.ThrowIfNull(file);
        var entry = new PollEntry(file.Number, events);
        var result = gate.Poll(new Span<PollEntry>(ref entry), milliseconds);
        return result.Raw > 0 ? new((nint)entry.Ready) : result;
    }

    /// <summary>Waits until any of several descriptors is ready. Returns how many are; their entries say for what.</summary>
    public static SystemCallResult Poll(this ISystemCallGate gate, Span<PollEntry> entries, int milliseconds)
    {
        fixed (PollEntry* first = entries) return new(gate.Invoke(SystemCall.Poll, (nint)first, entries.Length, milliseconds));
    }

    /// <summary>eventfd(2), non-blocking: a counter that makes another thread's wait end.</summary>
    public static KernelResult<OwnedDescriptor> CreateEvent(this ISystemCallGate gate, string purpose)
    {
        var result = new SystemCallResult(gate.Invoke(SystemCall.EventFd2, 0, CloseOnExec | NonBlocking));
        return result.IsError ? new KernelError(result.Error, $"making an event for {purpose}") : new OwnedDescriptor(gate, (int)result.Raw, purpose);
    }

    /// <summary>Raises an eventfd.</summary>
    public static SystemCallResult SignalEvent(this ISystemCallGate gate, OwnedDescriptor eventDescriptor)
    {
        var one = 1UL;
        return gate.Write(eventDescriptor, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in one)));
    }

    /// <summary>Takes an eventfd's count back to zero; EAGAIN when it was.</summary>
    public static SystemCallResult ClearEvent(this ISystemCallGate gate, OwnedDescriptor eventDescriptor)
    {
        var count = 0UL;
        return gate.Read(eventDescriptor, MemoryMarshal.AsBytes(new Span<ulong>(ref count)));
    }

    /// <summary>epoll_create1(2).</summary>
    public static KernelResult<OwnedDescriptor> CreateEpoll(this ISystemCallGate gate, string purpose)
    {
        var result = new SystemCallResult(gate.Invoke(SystemCall.EpollCreate1, CloseOnExec));
        return result.IsError ? new KernelError(result.Error, $"making an epoll for {purpose}") : new OwnedDescriptor(gate, (int)result.Raw, purpose);
    }

    /// <summary>Has an epoll watch a descriptor; <paramref name="cookie"/> comes back with its events. A closed descriptor leaves by itself.</summary>
    public static SystemCallResult EpollAdd(this ISystemCallGate gate, OwnedDescriptor epoll, OwnedDescriptor file, PollEvents events, ulong cookie)
    {
        ArgumentNullException.ThrowIfNull(epoll);
        ArgumentNullException.ThrowIfNull(file);
        const int Add = 1;
        var entry = new EpollEntry((uint)(ushort)events, cookie);
        return new(gate.Invoke(SystemCall.EpollCtl, epoll.Number, Add, file.Number, (nint)(&entry)));
    }

    /// <summary>Waits for an epoll's descriptors; returns how many entries were filled in, zero after <paramref name="milliseconds"/>. EINTR is returned.</summary>
    public static SystemCallResult EpollWait(this ISystemCallGate gate, OwnedDescriptor epoll, Span<EpollEntry> ready, int milliseconds)
    {
        ArgumentNullException.ThrowIfNull(epoll);
        fixed (EpollEntry* first = ready)
            return new(gate.Invoke(SystemCall.EpollPWait, epoll.Number, (nint)first, ready.Length, milliseconds));
    }
}
