using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Tracer.Linux;
using Tracer.Ptrace.Injection;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace.Rescue;

/// <summary>
/// Pages in the target for the time when we are gone: the <see cref="Testament"/>, and the handler of SIGTRAP that has threads wait at breakpoints nobody attends to. The first
/// pages are writable, for what system calls made for us write; the others are read and executed. Forked children inherit them, with the breakpoints, until they are cleaned.
/// </summary>
internal sealed class RescueArea
{
    /// <summary>The writable pages: an old action, then frames; the XSAVE area of a processor with AMX has 11 KB.</summary>
    public const ulong ScratchLength = 16 << 10;

    private const ulong PageSize = 4096;
    private const ulong FramesAt = 64;
    private const ulong ReadWrite = 1 | 2; // PROT_READ | PROT_WRITE
    private const ulong ReadExecute = 1 | 4; // PROT_READ | PROT_EXEC
    private const ulong PrivateAnonymous = 0x2 | 0x20; // MAP_PRIVATE | MAP_ANONYMOUS
    private const int MostSlotAreas = 64;
    private const ulong MaskSize = 8;

    private readonly RemoteCall _call;
    private Testament _testament;

    private RescueArea(RemoteCall call, Testament testament) => (_call, _testament) = (call, testament);

    /// <summary>What is written down.</summary>
    public Testament Testament => _testament;

    /// <summary>Makes it, its handler not installed yet. Null with the reason when the target does not let us.</summary>
    public static RescueArea? Make(
        ISystemCallGate gate, RemoteCall call, Tracee holder, ProcessMemory memory, int targetId, bool isSilent, IReadOnlyList<(ulong Address, byte Original)> sites,
        IReadOnlyList<ulong> semaphores, out string? failure)
    {
        var readable = ((ulong)Testament.LengthOf(sites.Count + semaphores.Count + MostSlotAreas) + PageSize - 1) & ~(PageSize - 1);
        var length = ScratchLength + readable;
        var mapped = call.Invoke(holder, SystemCall.MMap, 0, length, ReadWrite, PrivateAnonymous, ulong.MaxValue);
        if (mapped.IsError)
        {
            failure = $"mmap in the target gives {mapped.Error.Describe()}";
            return null;
        }

        var whole = (ulong)mapped.Raw;
        var address = whole + ScratchLength;
        call.UseScratch(whole + FramesAt, (int)(ScratchLength - FramesAt));
        var tracer = (int)gate.Invoke(SystemCall.GetPid);
        Span<byte> action = stackalloc byte[SignalAction.Size];
        var testament = new Testament
        {
            Nonce = BinaryPrimitives.ReadUInt64LittleEndian(Guid.NewGuid().ToByteArray()),
            TracerId = tracer,
            TracerStart = new ProcFs(gate).StartTime(tracer).TryGet(out var start) ? start : 0,
            TargetId = targetId,
            Address = address,
            Whole = (whole, length),
            IsSilent = isSilent,
            Phase = TestamentPhase.Lowered,
            Sites = sites,
            Semaphores = [.. semaphores.Select(s => (s, (ushort)0))],
        };
        failure = "the pages for the time when we are gone cannot be filled";
        if (call.Invoke(holder, SystemCall.RtSigAction, (ulong)Signal.Trap, 0, whole, MaskSize).IsSuccess && memory.Read(whole, action).Count == action.Length)
        {
            testament = testament with { Action = SignalAction.Read(action) };
            var area = new RescueArea(call, testament);
            if (area.WriteAll(memory) && call.Invoke(holder, SystemCall.MProtect, address, readable, ReadExecute).IsSuccess)
            {
                failure = null;
                return area;
            }
        }

        call.UseScratch(0, 0);
        call.Invoke(holder, SystemCall.MUnmap, whole, length);
        return null;
    }

    /// <summary>The area that another process has made, to be taken away.</summary>
    public static RescueArea Adopt(RemoteCall call, Testament testament) => new(call, testament);

    /// <summary>Notes the pages of displaced instructions and installs the handler; false when the kernel did not let us.</summary>
    public bool Install(Tracee holder, ProcessMemory memory, IEnumerable<(ulong Address, ulong Length)> slotAreas)
    {
        _testament = _testament with { SlotAreas = [.. slotAreas.Take(MostSlotAreas)] };
        return WriteAll(memory) && Install(holder);
    }

    /// <summary>Installs the handler again, which a hit of a thread that blocks SIGTRAP made the kernel forget.</summary>
    public bool Install(Tracee holder)
    {
        var action = _testament.Action.RunBy(_testament.HandlerAddress, _testament.RestorerAddress);
        return SetAction(holder, _call.Memory, action, keepOld: false);
    }

    /// <summary>Notes what is about to be done, or has been done, to the semaphores.</summary>
    public void Note(ProcessMemory memory, TestamentPhase phase, ReadOnlySpan<ushort> before = default)
    {
        if (!before.IsEmpty)
        {
            var table = new byte[before.Length * TestamentLayout.EntrySize];
            for (var k = 0; k < before.Length; k++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(table.AsSpan(k * TestamentLayout.EntrySize), _testament.Semaphores[k].Address);
                BinaryPrimitives.WriteUInt64LittleEndian(table.AsSpan((k * TestamentLayout.EntrySize) + 8), before[k]);
            }

            memory.WriteThroughProtection(_testament.SemaphoreTable, table);
        }

        _testament = _testament with { Phase = phase };
        WritePhase(memory, phase);
    }

    /// <summary>
    /// Gives the program its own way with SIGTRAP back, unless it has another by now, and takes the pages away unless a thread may still be in them.
    /// </summary>
    public void Remove(Tracee holder, ProcessMemory memory, bool keepPages)
    {
        Retire(holder, memory);
        _call.UseScratch(0, 0);
        if (!keepPages) _call.Invoke(holder, SystemCall.MUnmap, _testament.Whole.Address, _testament.Whole.Length);
    }

    /// <summary>Gives the program its own way with SIGTRAP back, unless it has another by now, and notes that nothing is borrowed any more.</summary>
    public void Retire(Tracee holder, ProcessMemory memory)
    {
        GiveActionBack(holder, memory);
        WritePhase(memory, TestamentPhase.Done);
    }

    /// <summary>Takes everything of ours out of a forked child, which stands before its first instruction.</summary>
    public void RemoveFrom(Tracee child, ProcessMemory copy)
    {
        GiveActionBack(child, copy);
        WritePhase(copy, TestamentPhase.Done);
        foreach (var (address, length) in _testament.SlotAreas) _call.Invoke(child, copy, SystemCall.MUnmap, address, length);
        _call.UseScratch(0, 0);
        _call.Invoke(child, copy, SystemCall.MUnmap, _testament.Whole.Address, _testament.Whole.Length);
        _call.UseScratch(_testament.Whole.Address + FramesAt, (int)(ScratchLength - FramesAt));
    }

    /// <summary>Gives a thread's process its own way with SIGTRAP back, unless it has another by now.</summary>
    public void GiveActionBack(Tracee holder, ProcessMemory memory)
    {
        if (!SetAction(holder, memory, _testament.Action, keepOld: true)) return;
        Span<byte> old = stackalloc byte[SignalAction.Size];
        if (memory.Read(_testament.Whole.Address, old).Count != old.Length) return;
        var replaced = SignalAction.Read(old);
        // It has set another one meanwhile. (The default one may be the kernel's doing.)
        if (replaced.Handler != _testament.HandlerAddress && replaced.Handler != 0) SetAction(holder, memory, replaced, keepOld: false);
    }

    /// <summary>Whether an address is in the pages.</summary>
    public bool Contains(ulong address) => address - _testament.Whole.Address < _testament.Whole.Length;

    private bool SetAction(Tracee holder, ProcessMemory memory, in SignalAction action, bool keepOld)
    {
        var (old, from) = (_testament.Whole.Address, _testament.Whole.Address + SignalAction.Size);
        Span<byte> bytes = stackalloc byte[SignalAction.Size];
        action.Write(bytes);
        return memory.WriteThroughProtection(from, bytes).Count == bytes.Length
            && _call.Invoke(holder, memory, SystemCall.RtSigAction, (ulong)Signal.Trap, from, keepOld ? old : 0, MaskSize).IsSuccess;
    }

    private bool WriteAll(ProcessMemory memory)
    {
        var bytes = _testament.ToBytes();
        return memory.WriteThroughProtection(_testament.Address, bytes).Count == bytes.Length;
    }

    private void WritePhase(ProcessMemory memory, TestamentPhase phase)
    {
        var value = (uint)phase;
        memory.WriteThroughProtection(_testament.Address + TestamentLayout.Phase, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)));
    }
}
