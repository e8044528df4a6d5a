namespace Tracer.Linux;

/// <summary>The state letter of /proc/PID/status (fs/proc/array.c, task_state_array).</summary>
public enum ProcessState
{
    /// <summary>A letter that is none of these, or none at all.</summary>
    Unknown,

    /// <summary>R.</summary>
    Running,

    /// <summary>S: waiting, woken by signals.</summary>
    Sleeping,

    /// <summary>D: waiting, not woken by signals.</summary>
    DiskSleep,

    /// <summary>T: stopped by a signal.</summary>
    Stopped,

    /// <summary>t: stopped by its tracer.</summary>
    TracingStop,

    /// <summary>Z: has exited and is not yet waited for.</summary>
    Zombie,

    /// <summary>X: gone.</summary>
    Dead,

    /// <summary>I: an idle kernel thread.</summary>
    Idle,

    /// <summary>P: parked kernel thread.</summary>
    Parked,
}
