using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>The kernel's <c>struct epoll_event</c>, which is packed on x86-64.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly struct EpollEntry
{
    private readonly uint _events;
    private readonly ulong _cookie;

    internal EpollEntry(uint events, ulong cookie)
    {
        _events = events;
        _cookie = cookie;
    }

    /// <summary>What the descriptor is ready for.</summary>
    public PollEvents Events => (PollEvents)(short)_events;

    /// <summary>The number given when it was added.</summary>
    public ulong Cookie => _cookie;
}
