using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Tracer.Core.Evaluation;
using Tracer.Linux;

namespace Tracer.Ptrace.Stopping;

/// <summary>
/// Stops all threads of a process by PTRACE_SEIZE and PTRACE_INTERRUPT for as long as a function looks at it, and lets them go on as they would have: no signal is
/// sent, none is lost, a process that was stopped stays so. It is done on a thread of its own: should anything go wrong, the kernel lets go of all tracees when
/// that thread ends (kernel/ptrace.c, exit_ptrace), and when this process is killed.
/// </summary>
public sealed class StoppedProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ISystemCallGate _gate;
    private readonly ProcFs _proc;
    private readonly int _processId;
    private readonly Dictionary<int, Signal?> _stops = [];

    private StoppedProcess(ISystemCallGate gate, int processId) => (_gate, _proc, _processId) = (gate, new ProcFs(gate), processId);

    /// <summary>Stops the process, looks, lets it go.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="processId">The process.</param>
    /// <param name="look">What is done meanwhile, on another thread than the caller's; as little as may be.</param>
    /// <param name="stopped">How long the first thread that stopped stood still.</param>
    /// <exception cref="Core.Diagnostics.TracerException">It is not there, not ours to stop, traced by somebody else, or a thread of it does not stop.</exception>
    public static T While<T>(ISystemCallGate gate, int processId, Func<IReadOnlyList<StoppedThread>, T> look, out TimeSpan stopped)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(look);
        TargetCheck.Require(gate, processId);
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var time = TimeSpan.Zero;
        var thread = new Thread(() =>
        {
            var process = new StoppedProcess(gate, processId);
            var begun = 0L;
            try
            {
                process.Seize(out begun);
                result = look(process.Registers());
            }
            catch (Exception error)
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
            finally
            {
                process.Release();
                time = begun == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(begun);
            }
        })
        {
            Name = "stopping",
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        stopped = time;
        return result;
    }

    // Threads that stand still make no others: when a second look finds none, these are all.
    private void Seize(out long begun)
    {
        begun = 0;
        var known = new HashSet<int>();
        while (true)
        {
            if (!_proc.Tasks(_processId).TryGet(out var tids, out _))
                throw Failures.NoSuchProcess(_processId);
            var fresh = tids.Where(known.Add).ToList();
            if (fresh.Count == 0)
                break;
            var seized = fresh.Where(SeizeOne).ToList();
            if (begun == 0)
                begun = Stopwatch.GetTimestamp();
            foreach (var tid in seized)
                _gate.PtraceInterrupt(tid);
            WaitForAll(seized);
        }

        if (_stops.Count == 0)
            throw Failures.NoSuchProcess(_processId);
    }

    private bool SeizeOne(int tid)
    {
        var result = _gate.PtraceSeize(tid, PtraceOptions.None);
        if (result.IsSuccess)
            return true;
        var isThere = _proc.ThreadStatus(_processId, tid).TryGet(out var status) && status.State is not (ProcessState.Zombie or ProcessState.Dead);
        // It may have ended since it was listed.
        if (!isThere || result.Error == Errno.ESRCH)
            return false;
        if (status!.TracerPid != 0)
            throw TargetCheck.TracedAlready(_proc, _processId, status.TracerPid);
        throw result.Error is Errno.EPERM or Errno.EACCES ? Failures.NotPermitted(_processId) : Failures.Kernel($"seizing thread {tid}", result.Error);
    }

    private void WaitForAll(List<int> tids)
    {
        var begun = Stopwatch.GetTimestamp();
        while (tids.Count > 0)
        {
            if (tids.RemoveAll(HasStopped) > 0)
                continue;
            var waited = Stopwatch.GetElapsedTime(begun);
            if (waited > Patience)
                throw Failures.DoesNotStop(_processId, tids[0]);
            if (waited > TimeSpan.FromMilliseconds(20))
                Thread.Sleep(1);
            else
                Thread.Yield();
        }
    }

    // Any stop will do; one on the way to a signal is left by delivering that.
    private bool HasStopped(int tid)
    {
        if (!_gate.Wait(tid, WaitOptions.NoHang | WaitOptions.All | WaitOptions.ThisThread).TryGet(out var result, out _))
            return true;
        if (result.Id == 0)
            return false;
        if (result.Status.IsStopped)
            _stops[tid] = result.Status.Event == PtraceEvent.None ? result.Status.StopSignal : null;
        return true;
    }

    private List<StoppedThread> Registers()
    {
        var threads = new List<StoppedThread>(_stops.Count);
        foreach (var tid in _stops.Keys)
        {
            if (_gate.PtraceGetRegisters(tid, out var from).IsError)
                continue;
            var registers = default(RegisterSet);
            RegisterCopy.General(in from, ref registers);
            threads.Add(new StoppedThread(tid, registers));
        }

        return threads;
    }

    private void Release()
    {
        foreach (var (tid, signal) in _stops)
            _gate.PtraceDetach(tid, signal ?? Signal.None);
    }
}
