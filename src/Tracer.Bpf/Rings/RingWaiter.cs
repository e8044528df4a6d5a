using System.Runtime.InteropServices;
using Tracer.Linux;

namespace Tracer.Bpf;

/// <summary>Sleeps on a ring's descriptor and on an eventfd, through one epoll descriptor.</summary>
internal sealed unsafe class RingWaiter : IDisposable
{
    private const int Read = 0;
    private const int Write = 1;
    private const int EpollWait = 232;
    private const int EpollControl = 233;
    private const int EventDescriptor = 290;
    private const int EpollCreate = 291;

    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int ControlAdd = 1;
    private const uint EpollIn = 1;

    private const ulong RingTag = 1;
    private const ulong EventTag = 2;

    private readonly ISystemCallGate _gate;
    private int _epoll = -1;
    private int _event = -1;

    public RingWaiter(ISystemCallGate gate, int ring)
    {
        _gate = gate;
        try
        {
            _epoll = (int)Check(gate.Invoke(EpollCreate, CloseOnExec), "epoll_create1");
            _event = (int)Check(gate.Invoke(EventDescriptor, 0, CloseOnExec | NonBlocking), "eventfd2");
            Add(ring, RingTag);
            Add(_event, EventTag);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public RingBufferWait Wait(int milliseconds)
    {
        var events = stackalloc EpollEvent[2];
        var count = _gate.Invoke(EpollWait, _epoll, (nint)events, 2, milliseconds);
        if (count == -Bpf.Errno.Interrupted)
            return RingBufferWait.Timeout;
        Check(count, "epoll_wait");
        var result = RingBufferWait.Timeout;
        for (var i = 0; i < count; i++)
        {
            if (events[i].Data == EventTag)
            {
                ulong value;
                _gate.Invoke(Read, _event, (nint)(&value), sizeof(ulong));
                return RingBufferWait.Woken;
            }

            result = RingBufferWait.Records;
        }

        return result;
    }

    public void Wake()
    {
        var one = 1ul;
        _gate.Invoke(Write, _event, (nint)(&one), sizeof(ulong));
    }

    public void Dispose()
    {
        foreach (var descriptor in (ReadOnlySpan<int>)[Interlocked.Exchange(ref _event, -1), Interlocked.Exchange(ref _epoll, -1)])
        {
            if (descriptor >= 0)
                BpfSystemCall.CloseDescriptor(_gate, descriptor);
        }
    }

    private void Add(int descriptor, ulong tag)
    {
        var interest = new EpollEvent { Events = EpollIn, Data = tag };
        Check(_gate.Invoke(EpollControl, _epoll, ControlAdd, descriptor, (nint)(&interest)), "epoll_ctl");
    }

    private static nint Check(nint result, string call) => result >= 0 ? result : throw new BpfException(call, (int)-result);

    /// <summary>struct epoll_event, packed on x86-64 (include/uapi/linux/eventpoll.h).</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct EpollEvent
    {
        public uint Events;
        public ulong Data;
    }
}
