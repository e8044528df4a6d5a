using System.Buffers.Binary;
using Tracer.Core.Plans;
using Tracer.Linux;
using Tracer.Ptrace.Rescue;

namespace Tracer.Ptrace.Hits;

/// <summary>
/// The USDT semaphores of a plan, each raised by one while we trace. They are 16-bit counters that other tracers may use too, so they are read and written while all
/// threads of the target stand still, and what is about to be done to them is noted in the target first.
/// </summary>
internal sealed class Semaphores(TracePlan plan)
{
    private readonly ulong[] _addresses =
    [
        .. plan.Sites.Select(s => s.Semaphore).Concat(plan.Activations.Select(a => a.Semaphore)).OfType<Core.Probes.ProbeSemaphore>()
            .Select(s => s.Address).Distinct(),
    ];

    private int _raised;

    public IReadOnlyList<ulong> Addresses => _addresses;

    /// <summary>Raises all.</summary>
    public void Raise(ProcessMemory memory, RescueArea? rescue)
    {
        if (_addresses.Length == 0) return;
        rescue?.Note(memory, TestamentPhase.Raising, Values(memory));
        foreach (var address in _addresses)
        {
            var error = Add(memory, address, 1);
            if (error != Errno.None) throw Failures.CannotWrite($"semaphore at 0x{address:x}", error);
            _raised++;
        }

        rescue?.Note(memory, TestamentPhase.Raised);
    }

    /// <summary>Takes back what was raised; false when one could not be.</summary>
    public bool Lower(ProcessMemory memory, RescueArea? rescue)
    {
        if (_raised == 0) return true;
        // When not all are raised the note of the values before that is still the right one.
        if (_raised == _addresses.Length) rescue?.Note(memory, TestamentPhase.Lowering, Values(memory));
        var whole = true;
        for (; _raised > 0; _raised--) whole &= Add(memory, _addresses[_raised - 1], -1) == Errno.None;
        if (whole) rescue?.Note(memory, TestamentPhase.Lowered);
        return whole;
    }

    /// <summary>Takes back in a copy of the memory, as fork makes it, what was raised in the target.</summary>
    public void Clean(ProcessMemory copy)
    {
        foreach (var address in _addresses.AsSpan(0, _raised)) Add(copy, address, -1);
    }

    /// <summary>Changes one by <paramref name="change"/>, but never below zero: the program may have reset it.</summary>
    public static Errno Add(ProcessMemory memory, ulong address, int change)
    {
        Span<byte> bytes = stackalloc byte[2];
        var read = memory.ReadSurely(address, bytes);
        if (read.Count != 2) return read.IsError ? read.Error : Errno.EFAULT;
        var value = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (change < 0 && value == 0) return Errno.None;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(value + change));
        var written = memory.WriteThroughProtection(address, bytes);
        return written.Count == 2 ? Errno.None : written.IsError ? written.Error : Errno.EFAULT;
    }

    private ushort[] Values(ProcessMemory memory)
    {
        var values = new ushort[_addresses.Length];
        Span<byte> bytes = stackalloc byte[2];
        for (var k = 0; k < values.Length; k++)
        {
            if (memory.Read(_addresses[k], bytes).Count == 2) values[k] = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        }

        return values;
    }
}
