namespace Tracer.Ptrace.Tracees;

/// <summary>What a traced thread is doing as far as the tracer knows.</summary>
internal enum TraceeState
{
    /// <summary>It runs, sleeps, or has a stop that was not looked at yet.</summary>
    Running,

    /// <summary>It is in its group's job-control stop, watched by PTRACE_LISTEN.</summary>
    Listening,

    /// <summary>It stands at a PTRACE_EVENT_STOP, with no signal under way, and waits for the tracer.</summary>
    Held,
}
