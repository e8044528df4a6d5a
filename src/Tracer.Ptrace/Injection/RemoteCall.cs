using Tracer.Linux;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace.Injection;

/// <summary>
/// Makes a held thread of the target carry out a system call for us, at a syscall instruction it has anyway, and puts its registers back. Stops at the
/// call's entry and exit are used, not single-stepping: the SIGTRAP of a step would reset the target's handling of that signal if it ignores or blocks it.
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

    private RemoteCall(ISystemCallGate gate, TraceeGroup group, ulong instruction)
    {
        _gate = gate;
        _group = group;
        _instruction = instruction;
    }

    /// <summary>Finds a syscall instruction in the target: the vDSO has one, and so has any C library.</summary>
    public static RemoteCall? Find(ISystemCallGate gate, TraceeGroup group, MemoryMap maps, ProcessMemory memory)
    {
        var buffer = new byte[64 << 10];
        foreach (var entry in maps.Entries.OrderBy(e => e.Path == "[vdso]" ? 0 : 1))
        {
            if (!entry.IsExecutable || entry.Path == "[vsyscall]") continue;
            for (var at = entry.Start; at < entry.End; at += (ulong)buffer.Length - 1)
            {
                var part = buffer.AsSpan(0, (int)Math.Min((ulong)buffer.Length, entry.End - at));
                var found = part[..memory.Read(at, part).Count].IndexOf((ReadOnlySpan<byte>)[0x0F, 0x05]);
                if (found >= 0) return new RemoteCall(gate, group, at + (ulong)found);
            }
        }

        return null;
    }

    /// <summary>The call's result. ESRCH when the thread was killed meanwhile, EAGAIN when signals kept it from making the call.</summary>
    public SystemCallResult Invoke(Tracee tracee, int number, ulong a0, ulong a1 = 0, ulong a2 = 0, ulong a3 = 0, ulong a4 = 0, ulong a5 = 0)
    {
        for (var attempt = 0; attempt < MaximumTries; attempt++)
        {
            if (_gate.PtraceGetRegisters(tracee.Tid, out var saved).IsError) return SystemCallResult.Failed(Errno.ESRCH);
            var call = saved;
            call.Rip = _instruction;
            call.Rax = (ulong)number;
            // Else the kernel would take our registers for those of a call to be restarted.
            call.OrigRax = ulong.MaxValue;
            (call.Rdi, call.Rsi, call.Rdx, call.R10, call.R8, call.R9) = (a0, a1, a2, a3, a4, a5);
            if (_gate.PtraceSetRegisters(tracee.Tid, call).IsError) return SystemCallResult.Failed(Errno.ESRCH);
            var entered = Step(tracee);
            if (entered is null or { IsGone: true }) return SystemCallResult.Failed(Errno.ESRCH);
            if (!IsSystemCallStop(entered.Value))
            {
                // A signal came first. It must find the thread's own registers.
                _gate.PtraceSetRegisters(tracee.Tid, saved);
                if (!BringBack(tracee, entered.Value)) return SystemCallResult.Failed(Errno.ESRCH);
                continue;
            }

            var left = Step(tracee);
            if (left is null or { IsGone: true }) return SystemCallResult.Failed(Errno.ESRCH);
            _gate.PtraceGetRegisters(tracee.Tid, out var after);
            _gate.PtraceSetRegisters(tracee.Tid, saved);
            return BringBack(tracee, left.Value) ? new((nint)after.Rax) : SystemCallResult.Failed(Errno.ESRCH);
        }

        return SystemCallResult.Failed(Errno.EAGAIN);
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
