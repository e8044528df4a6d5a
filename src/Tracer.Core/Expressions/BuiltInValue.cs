namespace Tracer.Core.Expressions;

/// <summary>What a hit knows of itself beside registers and memory.</summary>
public enum BuiltInValue
{
    /// <summary>Process id (tgid), int32.</summary>
    ProcessId,
    /// <summary>Thread id, int32.</summary>
    ThreadId,
    /// <summary>Id of the parent process, int32.</summary>
    ParentProcessId,
    /// <summary>The CPU, int32; -1 under backends that do not know it.</summary>
    Cpu,
    /// <summary>Real user id, uint32.</summary>
    UserId,
    /// <summary>Real group id, uint32.</summary>
    GroupId,
    /// <summary>CLOCK_MONOTONIC nanoseconds, uint64; the same within one hit.</summary>
    Timestamp,
    /// <summary>Wall-clock nanoseconds since 1970, uint64.</summary>
    WallTimestamp,
    /// <summary>Nanoseconds the thread has run on a CPU since it began, uint64.</summary>
    ThreadTime,
    /// <summary>What <see cref="Timestamp"/> was when the function was entered that is left here, uint64; only at returns whose frames are followed.</summary>
    EntryTimestamp,
    /// <summary>The thread's name, text of at most 15 bytes.</summary>
    Comm,
    /// <summary>The probe's provider, text; known when a plan is built.</summary>
    ProbeProvider,
    /// <summary>The file name of the probe's module, text; known when a plan is built.</summary>
    ProbeModule,
    /// <summary>The probe's name, text; known when a plan is built.</summary>
    ProbeName,
    /// <summary><c>provider:name</c>, text; known when a plan is built.</summary>
    Probe,
}
