using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tracer.Linux;

/// <summary>A set of CPUs, numbers 0 to 8191 (the largest CONFIG_NR_CPUS of x86-64), as sched_setaffinity(2) takes it.</summary>
public struct CpuSet
{
    private const int Words = 128;
    private Bits _bits;

    /// <summary>How many CPUs are in the set.</summary>
    public readonly int Count
    {
        get
        {
            var count = 0;
            foreach (var word in (ReadOnlySpan<ulong>)_bits) count += BitOperations.PopCount(word);
            return count;
        }
    }

    /// <summary>The set of one CPU.</summary>
    public static CpuSet Of(int cpu)
    {
        CpuSet set = default;
        set.Add(cpu);
        return set;
    }

    /// <summary>Adds a CPU.</summary>
    public void Add(int cpu)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cpu);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(cpu, Words * 64);
        _bits[cpu / 64] |= 1UL << (cpu % 64);
    }

    /// <summary>Whether the CPU is in the set; false for any number out of range.</summary>
    public readonly bool Contains(int cpu) => (uint)cpu < Words * 64 && (_bits[cpu / 64] & (1UL << (cpu % 64))) != 0;

    [InlineArray(Words)]
    private struct Bits
    {
        private ulong _first;
    }
}
