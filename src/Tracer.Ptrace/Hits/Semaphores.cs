using System.Buffers.Binary;
using Tracer.Core.Plans;
using Tracer.Linux;

namespace Tracer.Ptrace.Hits;

/// <summary>
/// The USDT semaphores of a plan, each raised by one while we trace. They are 16-bit counters that other tracers may use too, so they are read and written while all
/// threads of the target stand still.
/// </summary>
internal sealed class Semaphores(TracePlan plan)
{
    private readonly ulong[] _addresses =
    [
        .. plan.Sites.Select(s => s.Semaphore).Concat(plan.Activations.Select(a => a.Semaphore)).OfType<Core.Probes.ProbeSemaphore>()
            .Select(s => s.Address).Distinct(),
    ];

    private int _raised;

    /// <summary>Raises all.</summary>
    public void Raise(ProcessMemory memory)
    {
        foreach (var address in _addresses)
        {
            var error = Add(memory, address, 1);
            if (error != Errno.None) throw Failures.CannotWrite($"semaphore at 0x{address:x}", error);
            _raised++;
        }
    }

    /// <summary>Takes back what was raised; false when one could not be.</summary>
    public bool Lower(ProcessMemory memory)
    {
        var whole = true;
        for (; _raised > 0; _raised--) whole &= Add(memory, _addresses[_raised - 1], -1) == Errno.None;
        return whole;
    }

    /// <summary>Takes back in a copy of the memory, as fork makes it, what was raised in the target.</summary>
    public void Clean(ProcessMemory copy)
    {
        foreach (var address in _addresses.AsSpan(0, _raised)) Add(copy, address, -1);
    }

    private static Errno Add(ProcessMemory memory, ulong address, int change)
    {
        Span<byte> bytes = stackalloc byte[2];
        var read = memory.ReadSurely(address, bytes);
        if (read.Count != 2) return read.IsError ? read.Error : Errno.EFAULT;
        var value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        // Never below zero: the program may have reset it.
        if (change < 0 && value == 0) return Errno.None;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(value + change));
        var written = memory.WriteThroughProtection(address, bytes);
        return written.Count == 2 ? Errno.None : written.IsError ? written.Error : Errno.EFAULT;
    }
}
