namespace Tracer.Bpf;

/// <summary>
/// How the kernel lays out the values of a per-CPU map for user space: one for each *possible* CPU in rising order, each rounded up to
/// eight bytes (bpf_percpu_array_copy, kernel/bpf/arraymap.c).
/// </summary>
/// <param name="ValueSize">Bytes of one CPU's value.</param>
/// <param name="CpuCount">Possible CPUs (see <see cref="PossibleCpus"/>), not those online.</param>
public readonly record struct PerCpuLayout(int ValueSize, int CpuCount)
{
    /// <summary>Bytes from one CPU's value to the next.</summary>
    public int Stride => (ValueSize + 7) & ~7;

    /// <summary>Bytes of all values together.</summary>
    public int BufferSize => checked(Stride * CpuCount);

    /// <summary>The value of the <paramref name="index"/>-th possible CPU within <paramref name="buffer"/>.</summary>
    public Span<byte> Slice(Span<byte> buffer, int index) => buffer.Slice(index * Stride, ValueSize);
}
