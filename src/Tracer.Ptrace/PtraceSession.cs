using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Plans;
using Tracer.Linux;
using Tracer.Ptrace.Breakpoints;
using Tracer.Ptrace.Hits;
using Tracer.Ptrace.Rescue;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace;

/// <summary>
/// One tracing of one process, on a thread of its own, which makes every ptrace and wait call. That thread sleeps in waitid; who wants it to
/// stop sets a flag and sends <see cref="WakeSignal"/> until the flag has been seen, so that waiting costs a hit nothing.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "What it owns is disposed of at the end of its thread, which every session reaches.")]
internal sealed class PtraceSession : ITraceeEvents
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    // A program that is compiled as it starts needs a tenth of a second; a machine may be busy.
    private static readonly TimeSpan GuardianPatience = TimeSpan.FromSeconds(10);

    private readonly ISystemCallGate _gate;
    private readonly CancellationToken _cancellation;
    private readonly TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TraceeGroup _group;
    private readonly Instrumentation _instrumentation;
    private readonly HitRunner _hits;
    private readonly PtraceBackendOptions _options;
    private readonly Emulator _emulator = new();
    private readonly CpuFollower _cpu;
    private readonly SwitchMeter? _meter;
    private readonly Lock _workLock = new();
    private Action? _work;
    private TaskCompletionSource? _workDone;
    private volatile bool _stopRequested;
    private Exception? _hitFailure;
    private volatile int _tid;
    private Guardian? _guardian;
    private bool _isArmed;
    private bool _isPaused;
    private bool _executed;

    public PtraceSession(ISystemCallGate gate, TracePlan plan, IEventSink sink, PtraceBackendOptions options, CancellationToken cancellation)
    {
        _gate = gate;
        _options = options;
        _cancellation = cancellation;
        _group = new TraceeGroup(gate, plan.Target.ProcessId, this);
        _instrumentation = new Instrumentation(gate, plan, _group);
        _hits = new HitRunner(gate, plan, _instrumentation.Memory, sink);
        _cpu = new CpuFollower(gate, plan.Target.ProcessId);
        _meter = plan.IsMetered ? new SwitchMeter(gate) : null;
    }

    /// <summary>Ends when all sites are armed, or fails; then nothing was left in the target.</summary>
    public Task Attached => _attached.Task;

    /// <summary>Ends when the target has exited, or when tracing was stopped; fails with what ended tracing.</summary>
    public Task Completion => _completion.Task;

    public ulong ReadCounter(int counter) => _hits.ReadCounter(counter);

    public AggregationSnapshot ReadAggregation(int aggregation, bool reset) => _hits.ReadAggregation(aggregation, reset);

    public TimeSpan TargetStopped => Stopwatch.GetElapsedTime(0, _group.StoppedTicks);

    /// <summary>How long threads have stood for hits, their ways to the tracer and back included; of plans that are metered.</summary>
    public long HitNanoseconds => _group.StoppedTicks + (_meter?.Nanoseconds ?? 0);

    /// <summary>Takes the breakpoints out for a while; returns how many calls were open.</summary>
    public ulong Pause()
    {
        ulong open = 0;
        Do(() =>
        {
            _instrumentation.Pause();
            // A thread that did not stop may still be on its way from a breakpoint: it is brought past the instruction, and that is all.
            _isPaused = true;
            open = _hits.ForgetThreads();
            foreach (var tracee in _group.Tracees) tracee.Frames.Clear();
        });
        return open;
    }

    /// <summary>Puts them back.</summary>
    public void Resume() => Do(() =>
    {
        _instrumentation.Resume();
        _isPaused = false;
    });

    /// <summary>Has the session's thread do something between two stops; nothing when it has ended.</summary>
    private void Do(Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_workLock)
        {
            _workDone = done;
            Volatile.Write(ref _work, work);
        }

        var process = (int)_gate.Invoke(SystemCall.GetPid);
        while (!done.Task.IsCompleted && !_seen.Task.IsCompleted)
        {
            if (_tid != 0) _gate.KillThread(process, _tid, WakeSignal.Number);
            Task.WhenAny(done.Task, _seen.Task, Task.Delay(1)).Wait();
        }

        if (done.Task.IsFaulted) throw done.Task.Exception!.InnerException!;
    }

    private void DoWork()
    {
        Action? work;
        TaskCompletionSource done;
        lock (_workLock) (work, done, _work) = (_work, _workDone!, null);
        if (work is null) return;
        try
        {
            work();
            done.SetResult();
        }
        catch (TracerException e)
        {
            done.SetException(e);
        }
    }

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"ptrace {_group.ProcessId}" }.Start();

    /// <summary>Has the target restored and let go; returns when that is done. Failures of it are in <see cref="Completion"/>.</summary>
    public async Task StopAsync()
    {
        _stopRequested = true;
        var process = (int)_gate.Invoke(SystemCall.GetPid);
        while (!_seen.Task.IsCompleted)
        {
            // Again and again: one that comes between the thread's look at the flag and its wait is lost.
            if (_tid != 0) _gate.KillThread(process, _tid, WakeSignal.Number);
            await Task.WhenAny(_seen.Task, Task.Delay(1)).ConfigureAwait(false);
        }

        await _ended.Task.ConfigureAwait(false);
    }

    public void OnSignal(Tracee tracee, Signal signal)
    {
        if (signal == Signal.Trap && TryHit(tracee)) return;
        if (_instrumentation.Breakpoints.HasSlots) _instrumentation.LeaveSlot(tracee, keepHit: true);
        _group.Resume(tracee, signal);
    }

    public void OnEnded(Tracee tracee) => _hits.ForgetThread(tracee.Tid);

    public void OnCopiedProcess(Tracee child) => _instrumentation.Clean(child);

    public void OnExecuted(Tracee tracee)
    {
        _executed = true;
        BlockedTraps.GiveBack(_gate, tracee);
        _group.Detach(tracee);
    }

    private void Run()
    {
        Exception? failure = null;
        _tid = _gate.ThreadId();
        // Made here, so that its failure is the attach's.
        try
        {
            _ = WakeSignal.Number;
            Attach();
            _attached.TrySetResult();
            Trace();
            failure = _hitFailure;
        }
        catch (Exception e)
        {
            failure = e;
        }

        _seen.TrySetResult();
        var isRestored = false;
        try
        {
            if (_executed || _group.HasExited) _instrumentation.UndoInGuests();
            else _instrumentation.Undo();
            isRestored = true;
        }
        catch (Exception e)
        {
            failure ??= e;
        }

        // What is still attached (there is nothing unless it could not be stopped) the kernel detaches when this thread ends.
        _instrumentation.Dispose();
        _group.Dispose();
        _cpu.Dispose();
        DismissGuardian(isRestored);
        if (_hits.HasBatch) _hits.EndBatch();
        _ended.TrySetResult();
        Finish(failure);
    }

    private void Finish(Exception? failure)
    {
        if (failure is OperationCanceledException)
        {
            _attached.TrySetCanceled(_cancellation);
            _completion.TrySetCanceled(_cancellation);
        }
        else if (failure is not null)
        {
            _attached.TrySetException(failure);
            _completion.TrySetException(failure);
            _ = _completion.Task.Exception; // Nobody need look at it when the attach failed.
        }
        else
        {
            _completion.TrySetResult();
        }
    }

    private void Attach()
    {
        _cancellation.ThrowIfCancellationRequested();
        // Before any thread stands still for it.
        var unguarded = StartGuardian();
        _group.SeizeAndHold(StopPatience, _cancellation);
        _instrumentation.Apply();
        _isArmed = true;
        TellGuardian();
        _instrumentation.Arm();
        if (_instrumentation.Unguarded is { } reason) _options.Warn?.Invoke(Failures.DiesWithUs(_group.ProcessId, reason));
        else if (unguarded is not null) _options.Warn?.Invoke(Failures.NoGuardian(_group.ProcessId, unguarded));
        _cancellation.ThrowIfCancellationRequested();
        _group.Release();
    }

    private string? StartGuardian()
    {
        var command = _options.GuardianPath ?? Guardian.FindCommand(_gate);
        if (string.IsNullOrEmpty(command)) return "there is no sharptrace command beside this program";
        _guardian = Guardian.Start(_gate, command, _group.ProcessId, out var failure);
        if (_guardian is null) return $"{command} cannot be started: {failure}";
        if (_guardian.WaitUntilReady(GuardianPatience)) return null;
        _guardian.Dispose();
        _guardian = null;
        return $"{command} did not become one";
    }

    private void TellGuardian()
    {
        if (_instrumentation.Testament is { Address: 0 } testament) _guardian?.Tell(testament);
    }

    // While anything is left in the target it is the guardian's to give back.
    private void DismissGuardian(bool isRestored)
    {
        if (isRestored) _guardian?.Dispose();
        else _guardian?.LeaveToIt();
        _guardian = null;
    }

    private void Trace()
    {
        while (!_stopRequested && !_group.HasExited && !_executed)
        {
            if (Volatile.Read(ref _work) is not null) DoWork();
            if (_group.Pump(block: false)) continue;
            if (_hits.HasBatch) _hits.EndBatch();
            _cpu.Follow(_group.Tracees.Count);
            if (!_stopRequested && !_group.HasExited && Volatile.Read(ref _work) is null) _group.Pump(block: true);
        }

        if (_executed) throw Failures.Executed(_group.ProcessId);
    }

    private bool TryHit(Tracee tracee)
    {
        const int FromKernel = 0x80; // SI_KERNEL: the siginfo of int3; kill and tgkill have others.
        var begun = Stopwatch.GetTimestamp();
        if (!_isArmed || _gate.PtraceGetRegisters(tracee.Tid, out var registers).IsError) return false;
        if (!_instrumentation.Breakpoints.TryFind(registers.Rip - 1, out var breakpoint)) return false;
        if (_gate.PtraceGetSignalInformation(tracee.Tid, out var information).IsError || information.Code != FromKernel) return false;

        _meter?.OnHit(tracee, begun);
        registers.Rip = breakpoint.Address;
        _instrumentation.Memory.LivingThread = tracee.Tid;
        if (!IsReplay(tracee, breakpoint, registers) && !tracee.IsGuest && !_isPaused && _hitFailure is null)
        {
            try
            {
                _hits.Run(breakpoint, tracee, registers, begun);
            }
            catch (Exception e)
            {
                // A sink's, say. The session ends; until its breakpoints are out they are passed like any others, or the thread would be lost.
                _hitFailure = e;
                _stopRequested = true;
            }
        }

        var signal = Displace(tracee, breakpoint, registers, information);
        if (_instrumentation.HasHandler) _instrumentation.OnBlockedHit(tracee);
        var now = Stopwatch.GetTimestamp();
        _group.AddStopped(now - begun);
        _meter?.OnRelease(tracee, now);
        _group.Resume(tracee, signal);
        return true;
    }

    private Signal Displace(Tracee tracee, Breakpoint breakpoint, in UserRegisters registers, SignalInformation information)
    {
        var after = registers;
        if (_emulator.TryRun(breakpoint.Displaced, ref after, _instrumentation.Memory))
        {
            if (after.Rsp != registers.Rsp || after.Rcx != registers.Rcx)
            {
                Announce(tracee, information, after.Rip, after.Rsp);
                _gate.PtraceSetRegisters(tracee.Tid, after);
            }
            else if (after.Rip != registers.Rip + 1)
            {
                Announce(tracee, information, after.Rip, after.Rsp);
                _gate.PtraceSetRip(tracee.Tid, after.Rip);
            }

            return Signal.None;
        }

        // Its access to memory fails when there is no copy that would fail in its place: the program gets what the processor would have raised.
        var rip = breakpoint.Slot != 0 ? breakpoint.Slot : breakpoint.Address;
        Announce(tracee, information, rip, registers.Rsp);
        _gate.PtraceSetRip(tracee.Tid, rip);
        return breakpoint.Slot != 0 ? Signal.None : Signal.Segv;
    }

    // Killed before we withdraw the signal, we leave it to the handler in the target, which must know whether the thread was moved.
    private void Announce(Tracee tracee, SignalInformation information, ulong rip, ulong rsp)
    {
        if (!_instrumentation.HasHandler) return;
        information.Mark(TrapHandler.MovedCode, rip, rsp);
        _gate.PtraceSetSignalInformation(tracee.Tid, information);
    }

    private static bool IsReplay(Tracee tracee, Breakpoint breakpoint, in UserRegisters now)
    {
        if (!tracee.HasReplay || tracee.Replay.Rip != breakpoint.Address) return false;
        var then = tracee.Replay;
        // The flags are left out: a signal's handler may return with others in their reserved bits. So are rcx and r11 of a restarted system call.
        if (breakpoint.Displaced.IsSystemCall) (then.Rcx, then.R11) = (now.Rcx, now.R11);
        if (!SameGeneral(then, now)) return false;
        tracee.HasReplay = false;
        return true;
    }

    private static bool SameGeneral(in UserRegisters a, in UserRegisters b) =>
        a.Rsp == b.Rsp && a.Rax == b.Rax && a.Rbx == b.Rbx && a.Rcx == b.Rcx && a.Rdx == b.Rdx && a.Rsi == b.Rsi && a.Rdi == b.Rdi && a.Rbp == b.Rbp
        && a.R8 == b.R8 && a.R9 == b.R9 && a.R10 == b.R10 && a.R11 == b.R11 && a.R12 == b.R12 && a.R13 == b.R13 && a.R14 == b.R14 && a.R15 == b.R15;
}
