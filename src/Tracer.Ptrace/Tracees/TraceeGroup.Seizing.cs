using Tracer.Core.Diagnostics;
using Tracer.Linux;

namespace Tracer.Ptrace.Tracees;

// Becoming the tracer of all threads, those included that are made meanwhile.
internal sealed partial class TraceeGroup
{
    /// <summary>
    /// Seizes every thread, stops them all, and makes sure that none was made meanwhile; they are held when it returns, but for those that do not stop, where
    /// <paramref name="mustStop"/> is false.
    /// </summary>
    public void SeizeAndHold(TimeSpan patience, CancellationToken cancellationToken, bool mustStop = true)
    {
        IsHolding = true;
        while (SeizeNew())
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Threads that stand still make no others: the second look is final.
            if (Hold(patience) is { } stubborn && mustStop) throw Failures.DoesNotStop(ProcessId, stubborn.Tid);
            if (HasExited) throw Failures.Exited(ProcessId);
        }

        if (_tracees.Count == 0) throw Failures.NoSuchProcess(ProcessId);
    }

    private bool SeizeNew()
    {
        if (!_proc.Tasks(ProcessId).TryGet(out var tids, out _)) throw Failures.NoSuchProcess(ProcessId);
        var found = false;
        foreach (var tid in tids)
        {
            if (_tracees.ContainsKey(tid)) continue;
            var seized = _gate.PtraceSeize(tid, Options);
            if (seized.IsSuccess)
            {
                _tracees.Add(tid, new Tracee(tid, ProcessId));
                found = true;
            }
            else if (seized.Error != Errno.ESRCH && !IsDead(tid))
            {
                throw WhyNotSeized(tid, seized.Error);
            }
        }

        return found;
    }

    private TracerException WhyNotSeized(int tid, Errno error)
    {
        if (_proc.ThreadStatus(ProcessId, tid).TryGet(out var status) && status.TracerPid != 0)
            return TargetCheck.TracedAlready(_proc, ProcessId, status.TracerPid);
        return error is Errno.EPERM or Errno.EACCES ? Failures.NotPermitted(ProcessId) : Failures.Kernel($"seizing thread {tid}", error);
    }

    private bool IsDead(int tid) =>
        !_proc.ThreadStatus(ProcessId, tid).TryGet(out var status) || status.State is ProcessState.Zombie or ProcessState.Dead;

    // A first thread that has ended by pthread_exit is a zombie until the last one ends, and tells nothing before.
    private void ForgetDead()
    {
        _unborn.RemoveWhere(child => !_proc.Exists(child));
        foreach (var tracee in _tracees.Values.ToArray())
        {
            if (tracee.State != TraceeState.Held && tracee.ProcessId == ProcessId && IsDead(tracee.Tid)) Forget(tracee);
        }
    }
}
