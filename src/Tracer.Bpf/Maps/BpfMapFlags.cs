namespace Tracer.Bpf;

/// <summary>Flags of map creation (include/uapi/linux/bpf.h).</summary>
[Flags]
public enum BpfMapFlags : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>BPF_F_NO_PREALLOC: allocate hash entries when they are made.</summary>
    NoPreallocation = 1 << 0,

    /// <summary>BPF_F_NO_COMMON_LRU: one LRU list per CPU.</summary>
    LruPerCpu = 1 << 1,

    /// <summary>BPF_F_RDONLY_PROG: programs may not write (kernel 5.2).</summary>
    ProgramReadOnly = 1 << 7,

    /// <summary>BPF_F_MMAPABLE: an array that <see cref="BpfMap.MapMemory"/> can map (kernel 5.5).</summary>
    Mappable = 1 << 10,
}
