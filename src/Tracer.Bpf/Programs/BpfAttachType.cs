namespace Tracer.Bpf;

/// <summary>How a program is attached; the values are the kernel's (enum bpf_attach_type).</summary>
public enum BpfAttachType
{
    /// <summary>Nothing said at load time.</summary>
    None = 0,

    /// <summary>BPF_PERF_EVENT: a link to a perf event (kernel 5.15).</summary>
    PerfEvent = 41,

    /// <summary>
    /// BPF_TRACE_UPROBE_MULTI: many uprobes, one link (kernel 6.6). A program loaded for it takes no other link
    /// (bpf_prog_attach_check_attach_type).
    /// </summary>
    UprobeMulti = 48,

    /// <summary>BPF_TRACE_UPROBE_SESSION: one program for entry and return, with a value kept between (kernel 6.13).</summary>
    UprobeSession = 57,
}
