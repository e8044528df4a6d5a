namespace Tracer.Linux;

/// <summary>PTRACE_O_ options (include/uapi/linux/ptrace.h).</summary>
[Flags]
public enum PtraceOptions
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Mark system-call stops with bit 7 of the signal.</summary>
    SystemCallGood = 1,

    /// <summary>Trace the child of a fork from its start.</summary>
    TraceFork = 1 << 1,

    /// <summary>Trace the child of a vfork from its start.</summary>
    TraceVFork = 1 << 2,

    /// <summary>Trace a new thread from its start.</summary>
    TraceClone = 1 << 3,

    /// <summary>Stop after a successful exec, with an event instead of a SIGTRAP.</summary>
    TraceExec = 1 << 4,

    /// <summary>Stop when a vfork's child has let its parent go.</summary>
    TraceVForkDone = 1 << 5,

    /// <summary>Stop before a thread's exit, its registers still readable.</summary>
    TraceExit = 1 << 6,

    /// <summary>Kill the traced process when the tracer dies. Never for processes that are not our own.</summary>
    ExitKill = 1 << 20,

    /// <summary>Do not apply the thread's seccomp filters while it is traced so. EPERM without CAP_SYS_ADMIN, and for a tracer that is filtered itself (Linux 4.3).</summary>
    SuspendSeccomp = 1 << 21,
}
