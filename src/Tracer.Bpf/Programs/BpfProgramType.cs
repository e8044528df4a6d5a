namespace Tracer.Bpf;

/// <summary>Kinds of program that tracing uses; the values are the kernel's (enum bpf_prog_type).</summary>
public enum BpfProgramType
{
    /// <summary>kprobes and uprobes, uprobe_multi among them; the context is struct pt_regs.</summary>
    Kprobe = 2,

    /// <summary>Tracepoints; the context is the tracepoint's record.</summary>
    TracePoint = 5,

    /// <summary>perf events; the context is struct bpf_perf_event_data.</summary>
    PerfEvent = 7,

    /// <summary>Raw tracepoints; the context is an array of u64 (kernel 4.17).</summary>
    RawTracePoint = 17,

    /// <summary>Run from user space only, sleepable only; the context is the caller's bytes (kernel 5.14).</summary>
    SystemCall = 31,
}
