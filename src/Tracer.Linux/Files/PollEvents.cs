namespace Tracer.Linux;

/// <summary>What a descriptor is waited for, or is ready for (include/uapi/asm-generic/poll.h; epoll has the same numbers).</summary>
[Flags]
public enum PollEvents : short
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>POLLIN: something to read, or the end; for a process descriptor, its exit.</summary>
    Readable = 1,

    /// <summary>POLLOUT: room to write.</summary>
    Writable = 4,

    /// <summary>POLLERR: only reported.</summary>
    Error = 8,

    /// <summary>POLLHUP: only reported; the other end is closed, or the event's process has exited.</summary>
    HungUp = 16,

    /// <summary>POLLNVAL: only reported; not an open descriptor.</summary>
    Invalid = 32,
}
