namespace Tracer.Bpf;

/// <summary>What a map is to be.</summary>
/// <param name="Type">Kind of map.</param>
/// <param name="KeySize">Bytes of a key: 4 for arrays and stack traces, 0 for a ring buffer.</param>
/// <param name="ValueSize">Bytes of a value (of one CPU's value); 0 for a ring buffer.</param>
/// <param name="MaxEntries">Entries, or bytes of a ring buffer.</param>
public readonly record struct BpfMapDefinition(BpfMapType Type, int KeySize, int ValueSize, int MaxEntries)
{
    /// <summary>Creation flags.</summary>
    public BpfMapFlags Flags { get; init; }

    /// <summary>Name shown by bpftool, cut to 15 characters; empty when null.</summary>
    public string? Name { get; init; }

    /// <summary>Whether each CPU has a value of its own.</summary>
    public bool IsPerCpu => Type is BpfMapType.PerCpuArray or BpfMapType.PerCpuHash or BpfMapType.LruPerCpuHash;

    /// <summary>A ring buffer of <paramref name="bytes"/>, a power of two and a multiple of the page size.</summary>
    public static BpfMapDefinition RingBuffer(int bytes) => new(BpfMapType.RingBuffer, 0, 0, bytes);

    /// <summary>An array of <paramref name="entries"/> values.</summary>
    public static BpfMapDefinition Array(int valueSize, int entries) => new(BpfMapType.Array, sizeof(uint), valueSize, entries);

    /// <summary>An array of <paramref name="entries"/> values for each CPU.</summary>
    public static BpfMapDefinition PerCpuArray(int valueSize, int entries) => new(BpfMapType.PerCpuArray, sizeof(uint), valueSize, entries);
}
