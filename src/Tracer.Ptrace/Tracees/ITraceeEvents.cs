using Tracer.Linux;

namespace Tracer.Ptrace.Tracees;

/// <summary>What a <see cref="TraceeGroup"/> tells while it is pumped; all on the tracer's thread.</summary>
internal interface ITraceeEvents
{
    /// <summary>The thread stands before the delivery of a signal, which may be a breakpoint's. Must resume it.</summary>
    void OnSignal(Tracee tracee, Signal signal);

    /// <summary>The thread has ended, or is traced no more.</summary>
    void OnEnded(Tracee tracee);

    /// <summary>A child process with a copy of the target's memory stands before its first instruction; it is detached when this returns.</summary>
    void OnCopiedProcess(Tracee child);

    /// <summary>The target has executed another program; its memory, and all in it, is gone. It stands stopped.</summary>
    void OnExecuted(Tracee tracee);
}
