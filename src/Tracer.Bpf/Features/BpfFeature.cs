namespace Tracer.Bpf;

/// <summary>
/// What a tracer would like of the kernel; <see cref="BpfFeatures"/> says since when each is there and what to do without.
/// </summary>
public enum BpfFeature
{
    /// <summary>Uprobes through perf_event_open.</summary>
    PerfUprobe,

    /// <summary>USDT semaphores raised by the kernel.</summary>
    ReferenceCounter,

    /// <summary>Ring buffer maps.</summary>
    RingBuffer,

    /// <summary>Array maps that can be mapped.</summary>
    MappableArray,

    /// <summary>Atomic operations that fetch, exchange, compare.</summary>
    FetchingAtomics,

    /// <summary>Cookies of perf uprobes, and their BPF links.</summary>
    PerfCookie,

    /// <summary>Uprobe programs that may sleep.</summary>
    SleepableUprobe,

    /// <summary>uprobe_multi links.</summary>
    UprobeMulti,

    /// <summary>Sign extension, signed division, unconditional byte swap (BPF cpu version 4).</summary>
    SignedInstructions,

    /// <summary>may_goto loops.</summary>
    MayGoto,

    /// <summary>The kernel function bpf_copy_from_user_str.</summary>
    CopyUserString,

    /// <summary>Uprobe sessions.</summary>
    UprobeSession,

    /// <summary>Programs with 64 bytes of stack or more have it in memory of the processor, not of the thread.</summary>
    PrivateStack,
}
