using System.Diagnostics.CodeAnalysis;
using Tracer.Linux;

namespace Tracer.Ptrace.Breakpoints;

/// <summary>The breakpoints of a plan: by address, armed and taken back, and hidden from reads of the target's text.</summary>
internal sealed class BreakpointSet
{
    private readonly Dictionary<ulong, Breakpoint> _byAddress;
    private readonly Breakpoint[] _sorted;
    private readonly ulong[] _addresses;
    private Dictionary<ulong, Breakpoint> _bySlot = [];

    public BreakpointSet(IEnumerable<Breakpoint> breakpoints)
    {
        _sorted = [.. breakpoints.OrderBy(b => b.Address)];
        _addresses = [.. _sorted.Select(b => b.Address)];
        _byAddress = _sorted.ToDictionary(b => b.Address);
    }

    public IReadOnlyList<Breakpoint> All => _sorted;

    public bool HasSlots => _bySlot.Count > 0;

    public bool TryFind(ulong address, [NotNullWhen(true)] out Breakpoint? breakpoint) => _byAddress.TryGetValue(address, out breakpoint);

    /// <summary>Takes note of the slots that were given out.</summary>
    public void IndexSlots() => _bySlot = _sorted.Where(b => b.Slot != 0).ToDictionary(b => b.Slot / SlotArea.SlotSize);

    /// <summary>
    /// Where a thread that stands in a slot stands in the program: at the instruction when its copy has not run yet (<paramref name="executed"/> false), else
    /// behind it.
    /// </summary>
    public bool TryLeaveSlot(ulong rip, [NotNullWhen(true)] out Breakpoint? breakpoint, out bool executed)
    {
        executed = false;
        if (!_bySlot.TryGetValue(rip / SlotArea.SlotSize, out breakpoint)) return false;
        executed = rip != breakpoint.Slot;
        return true;
    }

    /// <summary>Puts int3 in place. All threads are held or, at least, traced.</summary>
    public void Arm(ProcessMemory memory)
    {
        foreach (var breakpoint in _sorted)
        {
            var written = memory.WriteThroughProtection(breakpoint.Address, [BreakpointByte.Int3]);
            if (written.Count != 1) throw Failures.CannotWrite($"breakpoint at {breakpoint.Site.Location}", written.Error);
            breakpoint.IsArmed = true;
        }
    }

    /// <summary>Puts int3 in place again, after they were taken out, wherever the instruction is still what it was: its module may be gone.</summary>
    public void Rearm(ProcessMemory memory)
    {
        Span<byte> now = stackalloc byte[DisplacedInstruction.MaximumLength];
        foreach (var breakpoint in _sorted)
        {
            var bytes = now[..breakpoint.Bytes.Length];
            if (memory.Read(breakpoint.Address, bytes).Count != bytes.Length || !bytes.SequenceEqual(breakpoint.Bytes.Span)) continue;
            var written = memory.WriteThroughProtection(breakpoint.Address, [BreakpointByte.Int3]);
            if (written.Count != 1) throw Failures.CannotWrite($"breakpoint at {breakpoint.Site.Location}", written.Error);
            breakpoint.IsArmed = true;
        }
    }

    /// <summary>Puts the original bytes back and reads them again; the first one that did not go back, or null.</summary>
    public Breakpoint? Disarm(ProcessMemory memory)
    {
        Breakpoint? failed = null;
        foreach (var breakpoint in _sorted)
        {
            if (!breakpoint.IsArmed) continue;
            if (Restore(memory, breakpoint)) breakpoint.IsArmed = false;
            else failed ??= breakpoint;
        }

        return failed;
    }

    /// <summary>Cleans a copy of the target's memory, as fork makes it: also when the breakpoints have been taken out of the target since.</summary>
    public void Clean(ProcessMemory copy)
    {
        foreach (var breakpoint in _sorted) Restore(copy, breakpoint);
    }

    /// <summary>Puts the original bytes into what was read from <paramref name="address"/>.</summary>
    public void Hide(ulong address, Span<byte> bytes)
    {
        if (_addresses.Length == 0 || address > _addresses[^1] || address + (ulong)bytes.Length <= _addresses[0]) return;
        var first = Array.BinarySearch(_addresses, address);
        for (var k = first < 0 ? ~first : first; k < _addresses.Length && _addresses[k] - address < (ulong)bytes.Length; k++)
        {
            ref var read = ref bytes[(int)(_addresses[k] - address)];
            if (_sorted[k].IsArmed && read == BreakpointByte.Int3) read = _sorted[k].Original;
        }
    }

    private static bool Restore(ProcessMemory memory, Breakpoint breakpoint) => BreakpointByte.TakeOut(memory, breakpoint.Address, breakpoint.Original) != false;
}
