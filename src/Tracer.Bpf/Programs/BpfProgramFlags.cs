namespace Tracer.Bpf;

/// <summary>Flags of program load (include/uapi/linux/bpf.h).</summary>
[Flags]
public enum BpfProgramFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>
    /// BPF_F_SLEEPABLE: the program may fault pages in (uprobes: kernel 6.0). It can then be preempted and another task may run the same
    /// program on the same CPU meanwhile: a per-CPU map entry is not private scratch memory for it.
    /// </summary>
    Sleepable = 1 << 4,
}
