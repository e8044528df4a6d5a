namespace Tracer;

/// <summary>Which backend to use.</summary>
public enum BackendChoice
{
    /// <summary>The best that works here: ebpf, then perf, then ptrace.</summary>
    Auto,
    /// <summary>uprobes with BPF programs: needs CAP_BPF and CAP_PERFMON, Linux 5.19 or later; never stops the target.</summary>
    Ebpf,
    /// <summary>
    /// uprobes that sample registers, without BPF: needs CAP_SYS_ADMIN (before Linux 6.16 CAP_PERFMON); never stops the target, and reads its memory late. Other processes that run the same file
    /// are slowed too.
    /// </summary>
    Perf,
    /// <summary>ptrace breakpoints: needs the right to ptrace the target only; stops the thread at every hit.</summary>
    Ptrace,
}
