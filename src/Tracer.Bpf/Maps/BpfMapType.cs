namespace Tracer.Bpf;

/// <summary>Kinds of map that tracing uses; the values are the kernel's (enum bpf_map_type).</summary>
public enum BpfMapType
{
    /// <summary>Hash table.</summary>
    Hash = 1,

    /// <summary>Array with u32 keys 0 to MaxEntries-1, all present.</summary>
    Array = 2,

    /// <summary>Hash table with one value per CPU.</summary>
    PerCpuHash = 5,

    /// <summary>Array with one value per CPU.</summary>
    PerCpuArray = 6,

    /// <summary>Stack id → return addresses (u64 each). Not for sleepable programs: those use <see cref="BpfHelper.GetStack"/>.</summary>
    StackTrace = 7,

    /// <summary>Hash table that evicts the least recently used.</summary>
    LruHash = 9,

    /// <summary>Evicting hash table with one value per CPU.</summary>
    LruPerCpuHash = 10,

    /// <summary>Ring buffer; no keys; MaxEntries is its size in bytes, a power of two and a multiple of the page (kernel 5.8).</summary>
    RingBuffer = 27,
}
