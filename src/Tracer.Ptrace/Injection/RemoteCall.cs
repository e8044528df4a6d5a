using System.Buffers.Binary;
using Tracer.Linux;
using Tracer.Ptrace.Breakpoints;
using Tracer.Ptrace.Rescue;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace.Injection;

/// <summary>
/// Makes a held thread of the target carry out a system call for us and puts its registers back. Stops at the call's entry and exit are used, not single-stepping: the
/// SIGTRAP of a step would reset the target's handling of that signal if it ignores or blocks it. The call is made by code that we put behind the end of the vDSO's image,
/// where nothing is: behind its syscall is an rt_sigreturn, and a <see cref="ReturnFrame"/> has the thread's registers. So a thread whose tracer is killed meanwhile makes the
/// call and goes on as if nothing had been. Where there is no room for that, a syscall instruction that the target has anyway is used.
/// </summary>
internal sealed class RemoteCall
{
    // With PTRACE_O_TRACESYSGOOD: SIGTRAP and bit 7.
    private const int SystemCallStop = 0x85;

    // A thread under a storm of signals may have to take one before every try.
    private const int MaximumTries = 200;

    private readonly ISystemCallGate _gate;
    private readonly TraceeGroup _group;
    private readonly ulong _instruction;
    private readonly Func<ProcessMemory> _memory;
    private readonly MemoryMapEntry _vdso;
    private readonly MemoryMapEntry _stack;
    private (ulong Address, int Length) _scratch;

    private RemoteCall(ISystemCallGate gate, TraceeGroup group, Func<ProcessMemory> memory, ulong instruction, MemoryMapEntry vdso = default, MemoryMapEntry stack = default)
    {
        _gate = gate;
        _group = group;
        _memory = memory;
        _instruction = instruction;
        _vdso = vdso;
        _stack = stack;
    }

    // syscall; mov $15, %eax; syscall: any call, then rt_sigreturn.
    private static ReadOnlySpan<byte> CallAndReturn => [0x0F, 0x05, 0xB8, 0x0F, 0x00, 0x00, 0x00, 0x0F, 0x05];

    /// <summary>Whether threads go on unharmed when we are killed while they make a call for us.</summary>
    public bool IsGuarded => _vdso.End != 0;

    /// <summary>The target's memory.</summary>
    public ProcessMemory Memory => _memory();

    /// <summary>Whether the target's seccomp filters are not applied to the calls (PTRACE_O_SUSPEND_SECCOMP).</summary>
    public bool SuspendsFilters { get; init; }

    /// <summary>Gives it memory of the target for frames; none with a length of zero.</summary>
    public void UseScratch(ulong address, int length) => _scratch = (address, length);

    /// <summary>
    /// Finds out whether a target can be made to call, and from where; null with the reason when it cannot. A seccomp filter may kill the process for a call that it does not
    /// make by itself, so where there is one it is set aside for our calls, or none are made.
    /// </summary>
    public static RemoteCall? Open(
        ISystemCallGate gate, TraceeGroup group, Tracee holder, Func<ProcessMemory> memory, out MemoryMap? maps, out bool isFiltered, out string? failure)
    {
        maps = null;
        var proc = new ProcFs(gate);
        isFiltered = proc.ThreadStatus(holder.ProcessId, holder.Tid).TryGet(out var status) && status.SeccompMode is > 0;
        failure = null;
        if (isFiltered && !CanSuspendFilters(gate, holder)) failure = "a seccomp filter watches its system calls, and setting it aside takes CAP_SYS_ADMIN";
        else if (!proc.Maps(holder.Tid).TryGet(out maps)) failure = "its memory map cannot be read";
        else if (Find(gate, group, maps, memory, isFiltered) is { } call) return call;
        else failure = "no system call instruction was found in it";
        return null;
    }

    private static bool CanSuspendFilters(ISystemCallGate gate, Tracee holder)
    {
        if (gate.PtraceSetOptions(holder.Tid, TraceeGroup.Options | PtraceOptions.SuspendSeccomp).IsError) return false;
        gate.PtraceSetOptions(holder.Tid, TraceeGroup.Options);
        return true;
    }

    /// <summary>Finds a place to make calls from. Null when there is none.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="group">The threads.</param>
    /// <param name="maps">Their mappings.</param>
    /// <param name="of">Gives their memory, whenever it is needed.</param>
    /// <param name="suspendsFilters">See <see cref="SuspendsFilters"/>.</param>
    private static RemoteCall? Find(ISystemCallGate gate, TraceeGroup group, MemoryMap maps, Func<ProcessMemory> of, bool suspendsFilters = false)
    {
        var memory = of();
        var vdso = maps.Entries.FirstOrDefault(e => e.Path == "[vdso]" && e.IsExecutable);
        if (vdso.End != 0 && !ShadowStack.IsUsedBy(gate, memory.Pid) && Slack(vdso, memory) is var slack && slack != 0)
        {
            // Also what a killed tracer has left there is written over.
            if (memory.WriteThroughProtection(slack, CallAndReturn).Count == CallAndReturn.Length)
            {
                var stack = maps.Entries.FirstOrDefault(e => e.Path == "[stack]");
                return new RemoteCall(gate, group, of, slack, vdso, stack) { SuspendsFilters = suspendsFilters };
            }
        }

        var buffer = new byte[64 << 10];
        foreach (var entry in maps.Entries.OrderBy(e => e.Path == "[vdso]" ? 0 : 1))
        {
            if (!entry.IsExecutable || entry.Path == "[vsyscall]") continue;
            for (var at = entry.Start; at < entry.End; at += (ulong)buffer.Length - 1)
            {
                var part = buffer.AsSpan(0, (int)Math.Min((ulong)buffer.Length, entry.End - at));
                var found = part[..memory.Read(at, part).Count].IndexOf((ReadOnlySpan<byte>)[0x0F, 0x05]);
                if (found >= 0) return new RemoteCall(gate, group, of, at + (ulong)found) { SuspendsFilters = suspendsFilters };
            }
        }

        return null;
    }

    /// <summary>Takes the code away again; no call is made after that.</summary>
    public void Remove()
    {
        if (IsGuarded) Memory.WriteThroughProtection(_instruction, new byte[(int)(_vdso.End - _instruction)]);
    }

    /// <summary>Whether a thread whose next instruction is at <paramref name="rip"/> is in the midst of our code.</summary>
    public static bool IsCallingAt(ProcessMemory memory, ulong rip)
    {
        // It may stand before either system call, or before the instruction between.
        Span<byte> bytes = stackalloc byte[CallAndReturn.Length];
        foreach (var offset in (ReadOnlySpan<int>)[0, 2, 7])
        {
            if (memory.Read(rip - (ulong)offset, bytes).Count == bytes.Length && bytes.SequenceEqual(CallAndReturn)) return true;
        }

        return false;
    }

    // The image of the vDSO ends with its section headers, and the rest of its last page is zero (arch/x86/entry/vdso, vdso2c). A kernel whose image ends otherwise has
    // something there, and we keep away; but our own code of an earlier time may be.
    private static ulong Slack(in MemoryMapEntry vdso, ProcessMemory memory)
    {
        const int SectionsOffset = 40; // e_shoff
        const int SectionSize = 58; // e_shentsize, and e_shnum behind it
        const ulong Least = 1024;
        Span<byte> header = stackalloc byte[64];
        if (memory.Read(vdso.Start, header).Count != header.Length || !header.StartsWith("\u007fELF"u8)) return 0;
        var sections = BinaryPrimitives.ReadUInt64LittleEndian(header[SectionsOffset..]);
        var length = (ulong)BinaryPrimitives.ReadUInt16LittleEndian(header[SectionSize..]) * BinaryPrimitives.ReadUInt16LittleEndian(header[(SectionSize + 2)..]);
        var size = vdso.End - vdso.Start;
        if (sections == 0 || sections > size || length > size - sections) return 0;
        var end = (sections + length + 15) & ~15UL;
        if (size < end + Least) return 0;
        var rest = new byte[size - end];
        if (memory.Read(vdso.Start + end, rest).Count != rest.Length) return 0;
        return rest.AsSpan().StartsWith(CallAndReturn) || !rest.AsSpan().ContainsAnyExcept((byte)0) ? vdso.Start + end : 0;
    }

    /// <summary>The call's result. ESRCH when the thread was killed meanwhile, EAGAIN when signals kept it from making the call.</summary>
    public SystemCallResult Invoke(Tracee tracee, int number, ulong a0, ulong a1 = 0, ulong a2 = 0, ulong a3 = 0, ulong a4 = 0, ulong a5 = 0) =>
        Invoke(tracee, Memory, number, a0, a1, a2, a3, a4, a5);

    /// <summary>The same in a copy of the target, whose memory is <paramref name="memory"/>.</summary>
    public SystemCallResult Invoke(Tracee tracee, ProcessMemory memory, int number, ulong a0, ulong a1 = 0, ulong a2 = 0, ulong a3 = 0, ulong a4 = 0, ulong a5 = 0)
    {
        if (SuspendsFilters && _gate.PtraceSetOptions(tracee.Tid, TraceeGroup.Options | PtraceOptions.SuspendSeccomp).IsError) return SystemCallResult.Failed(Errno.EPERM);
        try
        {
            for (var attempt = 0; attempt < MaximumTries; attempt++)
            {
                if (Try(tracee, memory, number, [a0, a1, a2, a3, a4, a5]) is { } result) return result;
            }

            return SystemCallResult.Failed(Errno.EAGAIN);
        }
        finally
        {
            if (SuspendsFilters) _gate.PtraceSetOptions(tracee.Tid, TraceeGroup.Options);
        }
    }

    // Null when a signal came first.
    private SystemCallResult? Try(Tracee tracee, ProcessMemory memory, int number, ReadOnlySpan<ulong> arguments)
    {
        if (_gate.PtraceGetRegisters(tracee.Tid, out var saved).IsError) return SystemCallResult.Failed(Errno.ESRCH);
        var call = saved;
        call.Rip = _instruction;
        call.Rax = (ulong)number;
        // Else the kernel would take our registers for those of a call to be restarted.
        call.OrigRax = ulong.MaxValue;
        (call.Rdi, call.Rsi, call.Rdx, call.R10, call.R8, call.R9) = (arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
        var frame = WriteFrame(tracee, memory, saved, out var frameLength);
        if (frame != 0) call.Rsp = frame + ReturnFrame.StackOffset;
        if (_gate.PtraceGetSignalMask(tracee.Tid, out var mask).IsError || _gate.PtraceSetRegisters(tracee.Tid, call).IsError) return SystemCallResult.Failed(Errno.ESRCH);
        // A handler would run on the frame's stack if we were killed now; in this order, for if it is us who put things back, the mask is the last and first.
        _gate.PtraceSetSignalMask(tracee.Tid, ulong.MaxValue);
        var entered = Step(tracee);
        if (entered is null or { IsGone: true }) return SystemCallResult.Failed(Errno.ESRCH);
        if (!IsSystemCallStop(entered.Value))
        {
            // It must find the thread's own registers.
            _gate.PtraceSetSignalMask(tracee.Tid, mask);
            _gate.PtraceSetRegisters(tracee.Tid, saved);
            if (_stack.Contains(frame)) memory.WriteThroughProtection(frame, new byte[frameLength]);
            return BringBack(tracee, entered.Value) ? null : SystemCallResult.Failed(Errno.ESRCH);
        }

        var left = Step(tracee);
        if (left is null or { IsGone: true }) return SystemCallResult.Failed(Errno.ESRCH);
        _gate.PtraceGetRegisters(tracee.Tid, out var after);
        _gate.PtraceSetSignalMask(tracee.Tid, mask);
        // Killed now, we leave the thread to go on from here, where the kernel does not look whether a call is to be restarted.
        _gate.PtraceSetRegisters(tracee.Tid, ReturnFrame.Restarted(saved));
        if (_stack.Contains(frame)) memory.WriteThroughProtection(frame, new byte[frameLength]);
        if (!BringBack(tracee, left.Value)) return SystemCallResult.Failed(Errno.ESRCH);
        _gate.PtraceSetRegisters(tracee.Tid, saved);
        return new((nint)after.Rax);
    }

    // In memory of ours, if there is some; else at the far end of the first thread's stack where it was never used, if it is in sight; else behind the code, where frames
    // without the larger vectors have room.
    private ulong WriteFrame(Tracee tracee, ProcessMemory memory, in UserRegisters registers, out int length)
    {
        length = 0;
        if (!IsGuarded) return 0;
        const ulong Behind = 64;
        ReadOnlySpan<(ulong Address, int Room)> places =
            [_scratch, UnusedStack(memory, registers), (_instruction + Behind, (int)(_vdso.End - _instruction - Behind))];
        foreach (var (address, room) in places)
        {
            if (room == 0 || ReturnFrame.Make(_gate, tracee.Tid, registers, address, room) is not { } frame) continue;
            if (memory.WriteThroughProtection(address, frame).Count != frame.Length) continue;
            length = frame.Length;
            return address;
        }

        return 0;
    }

    private (ulong Address, int Room) UnusedStack(ProcessMemory memory, in UserRegisters registers)
    {
        const int Wanted = 16 << 10;
        const ulong RedZone = 128;
        if (_stack.End - _stack.Start < 2 * Wanted || (_stack.Contains(registers.Rsp) && registers.Rsp - RedZone < _stack.Start + Wanted)) return default;
        var bytes = new byte[Wanted];
        return memory.Read(_stack.Start, bytes).Count == bytes.Length && ReturnFrame.IsFree(bytes, _stack.Start) ? (_stack.Start, Wanted) : default;
    }

    private static bool IsSystemCallStop(WaitStatus status) =>
        status.IsStopped && status.Event == PtraceEvent.None && ((status.Raw >> 8) & 0xFF) == SystemCallStop;

    private WaitStatus? Step(Tracee tracee)
    {
        if (_gate.PtraceSystemCall(tracee.Tid).IsError) return null;
        return _group.WaitFor(tracee);
    }

    // Back to a PTRACE_EVENT_STOP. Only from there does the kernel restart a call that the thread was interrupted in: leaving the exit of ours, it would not look.
    private bool BringBack(Tracee tracee, WaitStatus status)
    {
        while (!(status.IsStopped && status.Event == PtraceEvent.Stop))
        {
            var signal = status.Event == PtraceEvent.None && !IsSystemCallStop(status) ? status.StopSignal : Signal.None;
            _gate.PtraceInterrupt(tracee.Tid);
            if (_gate.PtraceContinue(tracee.Tid, signal).IsError) return false;
            if (_group.WaitFor(tracee) is not { IsGone: false } next) return false;
            status = next;
        }

        // Held all along, as far as the account of stopped time goes.
        tracee.StopSignal = status.StopSignal;
        return true;
    }
}
