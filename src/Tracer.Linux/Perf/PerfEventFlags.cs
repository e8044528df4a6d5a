namespace Tracer.Linux;

/// <summary>The bit field of <c>struct perf_event_attr</c>, by bit number.</summary>
[Flags]
public enum PerfEventFlags : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>disabled: start disabled, until PERF_EVENT_IOC_ENABLE.</summary>
    Disabled = 1UL << 0,

    /// <summary>inherit: count in children and threads made later too.</summary>
    Inherit = 1UL << 1,

    /// <summary>exclude_kernel.</summary>
    ExcludeKernel = 1UL << 5,

    /// <summary>exclude_hv.</summary>
    ExcludeHypervisor = 1UL << 6,

    /// <summary>mmap: records of executable mappings.</summary>
    Mappings = 1UL << 8,

    /// <summary>comm: records of renames and execs.</summary>
    Comm = 1UL << 9,

    /// <summary>freq: SamplePeriod is a frequency in hertz.</summary>
    Frequency = 1UL << 10,

    /// <summary>enable_on_exec.</summary>
    EnableOnExec = 1UL << 12,

    /// <summary>task: records of forks and exits.</summary>
    Tasks = 1UL << 13,

    /// <summary>watermark: WakeupEvents counts bytes.</summary>
    Watermark = 1UL << 14,

    /// <summary>mmap_data.</summary>
    DataMappings = 1UL << 17,

    /// <summary>sample_id_all: identity in records that are not samples.</summary>
    SampleIdAll = 1UL << 18,

    /// <summary>mmap2: mapping records with inode and protection.</summary>
    Mappings2 = 1UL << 23,

    /// <summary>comm_exec: tells execs from renames.</summary>
    CommExec = 1UL << 24,

    /// <summary>use_clockid.</summary>
    UseClockId = 1UL << 25,

    /// <summary>build_id: mapping records with build ids, Linux 5.12.</summary>
    BuildId = 1UL << 34,

    /// <summary>inherit_thread: of children only threads inherit, Linux 5.13.</summary>
    InheritThread = 1UL << 35,

    /// <summary>remove_on_exec, Linux 5.13.</summary>
    RemoveOnExec = 1UL << 36,
}
