using Tracer.Core.Execution;
using Tracer.Linux;
using Tracer.Ptrace.Hits;

namespace Tracer.Ptrace.Tracees;

/// <summary>One traced thread.</summary>
internal sealed class Tracee(int tid, int processId)
{
    public int Tid { get; } = tid;

    public int ProcessId { get; } = processId;

    public TraceeState State { get; set; }

    /// <summary>The signal of its last PTRACE_EVENT_STOP: SIGTRAP, or the one that stopped its group.</summary>
    public Signal StopSignal { get; set; }

    /// <summary>When it was held; for the account of how long the target was stopped.</summary>
    public long HeldSince { get; set; }

    /// <summary>A process of its own that shares the target's memory: a child of vfork, posix_spawn or clone, before its exec. It can run into breakpoints.</summary>
    public bool IsGuest { get; set; }

    /// <summary>It waits in vfork until its child has executed or exited, and cannot stop before.</summary>
    public bool IsInVFork { get; set; }

    /// <summary>
    /// It was taken back to a breakpoint whose hit is counted already, so that a signal finds it at the instruction and not in its copy. When it comes by again with
    /// just these registers, that is the same hit.
    /// </summary>
    public bool HasReplay { get; set; }

    /// <summary>See <see cref="HasReplay"/>.</summary>
    public UserRegisters Replay;

    /// <summary>A <see cref="Mask"/> that was not looked at yet.</summary>
    public const ulong UnknownMask = ulong.MaxValue;

    /// <summary>What signals it blocked when it was last looked at, SIGTRAP apart.</summary>
    public ulong Mask { get; set; } = UnknownMask;

    /// <summary>What it blocked beside SIGTRAP when it was last seen to block that, or its maker when it was made; null when it was not.</summary>
    public ulong? BlockedWithTrap { get; set; }

    /// <summary>Hits so far.</summary>
    public long Hits { get; set; }

    /// <summary>
    /// When it was released from the hit that is measured and what it had run by then, both in nanoseconds, and how often it had been given a processor; the time
    /// is zero when none is measured.
    /// </summary>
    public (long Time, long Run, long Turns) Release { get; set; }

    /// <summary>Its schedstat; open once it was measured.</summary>
    public OwnedDescriptor? Schedule { get; set; }

    public ThreadName Name { get; } = new(tid);

    public FrameTable Frames { get; } = new();

    /// <summary>Closes what was opened to ask about it.</summary>
    public void Close()
    {
        Name.Dispose();
        Schedule?.Dispose();
    }
}
