namespace Tracer.Linux;

/// <summary>Why a traced thread stopped, when it is not for a signal of its own (PTRACE_EVENT_*, bits 16 to 23 of the wait status).</summary>
public enum PtraceEvent
{
    /// <summary>No event: a signal is being delivered.</summary>
    None = 0,

    /// <summary>After fork; the message is the child's pid.</summary>
    Fork = 1,

    /// <summary>After vfork; the message is the child's pid.</summary>
    VFork = 2,

    /// <summary>After clone; the message is the new thread's id.</summary>
    Clone = 3,

    /// <summary>After exec; the message is the former id of the thread that called it.</summary>
    Exec = 4,

    /// <summary>The child of a vfork has let its parent go.</summary>
    VForkDone = 5,

    /// <summary>Before exit; the message is the exit status.</summary>
    Exit = 6,

    /// <summary>A seccomp filter asked for it.</summary>
    Seccomp = 7,

    /// <summary>A stop of a seized thread: an interrupt, a group stop, or the first stop of a new thread.</summary>
    Stop = 128,
}
