using System.Diagnostics;
using Tracer.Linux;
using Tracer.Ptrace.Rescue;

namespace Tracer.Ptrace.Tracees;

/// <summary>
/// All threads of a process, traced by PTRACE_SEIZE, and the children that share its memory. Only the thread that made it may use it: the kernel ties tracees
/// to the thread that seized them, and __WNOTHREAD keeps its waits off everybody else's children. (A process's orphaned children go to its first thread, which is
/// not this one as long as that lives.)
/// </summary>
internal sealed partial class TraceeGroup : IDisposable
{
    /// <summary>What every thread is traced with.</summary>
    public const PtraceOptions Options = PtraceOptions.TraceClone | PtraceOptions.TraceFork | PtraceOptions.TraceVFork
        | PtraceOptions.TraceVForkDone | PtraceOptions.TraceExec | PtraceOptions.SystemCallGood;

    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(20);

    private readonly ISystemCallGate _gate;
    private readonly ProcFs _proc;
    private readonly ITraceeEvents _events;
    private readonly Dictionary<int, Tracee> _tracees = [];
    private readonly HashSet<int> _vforked = [];
    private readonly HashSet<int> _forked = [];
    private readonly HashSet<int> _unborn = [];
    private readonly Dictionary<int, ulong> _bornBlocked = [];
    private long _heldTicks;

    public TraceeGroup(ISystemCallGate gate, int processId, ITraceeEvents events)
    {
        _gate = gate;
        _proc = new ProcFs(gate);
        _events = events;
        ProcessId = processId;
    }

    public int ProcessId { get; }

    /// <summary>While true, threads that reach a PTRACE_EVENT_STOP stay there.</summary>
    public bool IsHolding { get; private set; }

    /// <summary>The process has exited; its zombie is left for its parent, who may be in this process.</summary>
    public bool HasExited { get; private set; }

    public IReadOnlyCollection<Tracee> Tracees => _tracees.Values;

    /// <summary>How long threads were held, all added up, in ticks of <see cref="Stopwatch"/>.</summary>
    public long StoppedTicks => Interlocked.Read(ref _heldTicks);

    public void AddStopped(long ticks) => Interlocked.Add(ref _heldTicks, ticks);

    /// <summary>
    /// Stops all threads where no signal is under way, handling what they stop for on the way. Null when all stand; else one that did not stop in time.
    /// </summary>
    public Tracee? Hold(TimeSpan patience)
    {
        IsHolding = true;
        foreach (var tracee in _tracees.Values)
        {
            if (tracee.State != TraceeState.Held) _gate.PtraceInterrupt(tracee.Tid);
        }

        var begun = Stopwatch.GetTimestamp();
        var check = CheckInterval;
        // Children that were announced are waited for: one that is left to itself would have the breakpoints in its copy of the memory.
        while (!HasExited && (FirstMoving() is not null || _unborn.Count > 0))
        {
            if (Pump(block: false)) continue;
            var waited = Stopwatch.GetElapsedTime(begun);
            if (waited < CheckInterval)
            {
                Thread.Yield();
                continue;
            }

            if (waited > patience) return FirstMoving();
            if (waited > check)
            {
                check = waited + CheckInterval;
                ForgetDead();
            }

            Thread.Sleep(1);
        }

        return null;
    }

    /// <summary>
    /// Stops the children that share the memory, the target itself being gone. One by one: its zombie, which is left for its parent, would be told first by
    /// every wait for any.
    /// </summary>
    public void HoldGuests()
    {
        IsHolding = true;
        foreach (var child in _unborn.ToArray())
        {
            if (_gate.Wait(child, WaitOptions.All | WaitOptions.ThisThread).TryGet(out var first, out _)) Dispatch(child, first.Status);
        }

        foreach (var guest in _tracees.Values.Where(t => t.IsGuest).ToArray())
        {
            if (guest.State == TraceeState.Held || guest.IsInVFork) continue;
            _gate.PtraceInterrupt(guest.Tid);
            while (_tracees.ContainsKey(guest.Tid) && guest.State != TraceeState.Held && WaitFor(guest) is { IsGone: false } status)
                Dispatch(guest.Tid, status);
        }
    }

    public void Dispose()
    {
        foreach (var tracee in _tracees.Values) tracee.Close();
        _tracees.Clear();
    }

    /// <summary>Lets all held threads go on as they would have: those of a stopped group stay in their stop.</summary>
    public void Release()
    {
        IsHolding = false;
        foreach (var tracee in _tracees.Values)
        {
            if (tracee.State == TraceeState.Held) Resume(tracee);
        }
    }

    /// <summary>Takes note of one stop or exit and handles it; false when there was none, or when a <see cref="WakeSignal"/> ended the waiting.</summary>
    public bool Pump(bool block)
    {
        if (!_gate.PeekTracee(block).TryGet(out var waited, out var error))
        {
            if (error.Error == Errno.ECHILD) HasExited = true;
            else if (error.Error != Errno.EINTR) throw Failures.Kernel(error.Doing, error.Error);
            return false;
        }

        if (waited.Id == 0) return false;
        Dispatch(waited.Id, waited.Status);
        return true;
    }

    /// <summary>Lets a thread run, delivering <paramref name="signal"/>; while holding it comes to its next stop before it executes anything.</summary>
    public void Resume(Tracee tracee, Signal signal = Signal.None)
    {
        if (tracee.State == TraceeState.Held) AddStopped(Stopwatch.GetTimestamp() - tracee.HeldSince);
        // Any trap clears a pending interrupt (kernel/signal.c, ptrace_stop), so it is asked for again.
        if (IsHolding) _gate.PtraceInterrupt(tracee.Tid);
        var listen = tracee.State == TraceeState.Held && IsGroupStop(tracee.StopSignal) && !IsHolding;
        tracee.State = listen ? TraceeState.Listening : TraceeState.Running;
        // ESRCH: it was killed meanwhile, and its exit will be told.
        if (listen) _gate.PtraceListen(tracee.Tid);
        else _gate.PtraceContinue(tracee.Tid, signal);
    }

    /// <summary>Lets a held thread go on to deliver the signal that waits for it, although all others are held; the next <see cref="Hold"/> stops it.</summary>
    public void ResumeUninterrupted(Tracee tracee)
    {
        AddStopped(Stopwatch.GetTimestamp() - tracee.HeldSince);
        tracee.State = TraceeState.Running;
        _gate.PtraceContinue(tracee.Tid);
        if (WaitFor(tracee) is { IsGone: false } status) Dispatch(tracee.Tid, status);
    }

    /// <summary>Lets go of a held thread for good. A stopped group's thread goes back into its stop.</summary>
    public void Detach(Tracee tracee)
    {
        if (tracee.State == TraceeState.Held) AddStopped(Stopwatch.GetTimestamp() - tracee.HeldSince);
        _gate.PtraceDetach(tracee.Tid);
        Forget(tracee);
    }

    /// <summary>Waits for the next stop of one thread, taking it; anything that happens to others in the meantime is left for later.</summary>
    public WaitStatus? WaitFor(Tracee tracee)
    {
        var waited = _gate.Wait(tracee.Tid, WaitOptions.All | WaitOptions.ThisThread);
        if (!waited.TryGet(out var result)) return null;
        if (result.Status.IsGone && tracee.Tid == ProcessId) HasExited = true;
        if (result.Status.IsGone) Forget(tracee);
        return result.Status;
    }

    /// <summary>Records that a thread has stopped where it may stay.</summary>
    public static void MarkHeld(Tracee tracee, Signal stopSignal)
    {
        tracee.State = TraceeState.Held;
        tracee.StopSignal = stopSignal;
        tracee.HeldSince = Stopwatch.GetTimestamp();
    }

    public static bool IsGroupStop(Signal signal) => signal is Signal.Stop or Signal.Tstp or Signal.Ttin or Signal.Ttou;

    private Tracee? FirstMoving()
    {
        foreach (var tracee in _tracees.Values)
        {
            if (tracee.State != TraceeState.Held && !(tracee.IsInVFork && HasHeldGuest())) return tracee;
        }

        return null;
    }

    // Its child stands still, so that it cannot come out of vfork either.
    private bool HasHeldGuest()
    {
        foreach (var tracee in _tracees.Values)
        {
            if (tracee is { IsGuest: true, State: TraceeState.Held }) return true;
        }

        return false;
    }

    private void Forget(Tracee tracee)
    {
        _tracees.Remove(tracee.Tid);
        _vforked.Remove(tracee.Tid);
        _forked.Remove(tracee.Tid);
        _bornBlocked.Remove(tracee.Tid);
        tracee.Close();
        _events.OnEnded(tracee);
    }

    private void Dispatch(int tid, WaitStatus status)
    {
        if (status.IsGone)
        {
            Gone(tid);
            return;
        }

        if (!_tracees.TryGetValue(tid, out var tracee) && !TryAdopt(tid, out tracee)) return;
        if (status.Event == PtraceEvent.None)
        {
            // Not taken from the kernel: resuming it withdraws it as well, one system call cheaper.
            _events.OnSignal(tracee, status.StopSignal);
            return;
        }

        Take(tid);
        OnEvent(tracee, status);
    }

    private void OnEvent(Tracee tracee, WaitStatus status)
    {
        switch (status.Event)
        {
            case PtraceEvent.Stop:
                OnStop(tracee, status.StopSignal);
                break;
            case PtraceEvent.Exec when tracee.IsGuest:
                // It has left the target's memory.
                BlockedTraps.GiveBack(_gate, tracee);
                _gate.PtraceDetach(tracee.Tid);
                Forget(tracee);
                break;
            case PtraceEvent.Exec:
                _events.OnExecuted(tracee);
                break;
            case PtraceEvent.Fork or PtraceEvent.VFork or PtraceEvent.Clone:
                _gate.PtraceGetEventMessage(tracee.Tid, out var child);
                if (!_tracees.ContainsKey((int)child)) _unborn.Add((int)child);
                if (status.Event == PtraceEvent.VFork) _vforked.Add((int)child);
                tracee.IsInVFork = status.Event == PtraceEvent.VFork;
                if (status.Event == PtraceEvent.Fork) _forked.Add((int)child);
                if (status.Event == PtraceEvent.Clone && tracee.BlockedWithTrap is { } blocked)
                {
                    if (_tracees.TryGetValue((int)child, out var thread)) thread.BlockedWithTrap = blocked;
                    else _bornBlocked[(int)child] = blocked;
                }

                Resume(tracee);
                // It may have been waiting for this word on what it is.
                if (_tracees.TryGetValue((int)child, out var known) && known is { State: TraceeState.Held, IsGuest: true }) OnStop(known, known.StopSignal);
                break;
            case PtraceEvent.VForkDone:
                tracee.IsInVFork = false;
                Resume(tracee);
                break;
            default:
                Resume(tracee);
                break;
        }
    }

    private void OnStop(Tracee tracee, Signal signal)
    {
        MarkHeld(tracee, signal);
        tracee.IsInVFork = false;
        if (tracee.IsGuest)
        {
            var shares = SharesMemory(tracee.Tid);
            if (shares is null) return;
            if (shares is false)
            {
                _events.OnCopiedProcess(tracee);
                Detach(tracee);
                return;
            }

            if (tracee.Mask == Tracee.UnknownMask) BlockedTraps.Unblock(_gate, tracee);
        }

        if (!IsHolding) Resume(tracee);
    }

    private void Gone(int tid)
    {
        if (tid == ProcessId)
        {
            HasExited = true;
            return;
        }

        Take(tid);
        _unborn.Remove(tid);
        if (_tracees.TryGetValue(tid, out var tracee)) Forget(tracee);
    }

    private void Take(int tid) => _gate.Wait(tid, WaitOptions.NoHang | WaitOptions.All | WaitOptions.ThisThread);

    // A new thread, or a child process, whose parent's event may come later than its own first stop.
    private bool TryAdopt(int tid, out Tracee tracee)
    {
        var process = _proc.Status(tid).TryGet(out var status) ? status.Tgid : ProcessId;
        tracee = new Tracee(tid, process) { IsGuest = process != ProcessId, BlockedWithTrap = _bornBlocked.Remove(tid, out var blocked) ? blocked : null };
        _tracees.Add(tid, tracee);
        _unborn.Remove(tid);
        return true;
    }

    // kcmp(2), KCMP_VM: exact, unless the kernel was built without it; then the parent's event tells, and until it comes the answer is null.
    private bool? SharesMemory(int child)
    {
        const int KCmp = 312;
        const int KCmpVm = 1;
        foreach (var other in _tracees.Values)
        {
            // A dead first thread has no memory to compare.
            if (other.ProcessId != ProcessId || (other.Tid == ProcessId && IsDead(other.Tid))) continue;
            var compared = new SystemCallResult(_gate.Invoke(KCmp, other.Tid, child, KCmpVm));
            if (compared.IsSuccess) return compared.Raw == 0;
        }

        if (_vforked.Contains(child)) return true;
        return _forked.Contains(child) ? false : null;
    }
}
