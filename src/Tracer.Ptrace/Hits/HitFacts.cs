using System.Globalization;
using Tracer.Core.Execution;
using Tracer.Core.Expressions;
using Tracer.Linux;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace.Hits;

/// <summary>What is known of the thread that stands at a breakpoint. One object serves all hits.</summary>
internal sealed class HitFacts(ISystemCallGate gate, int processId) : IHitFacts
{
    private readonly ProcFs _proc = new(gate);
    private readonly byte[] _schedule = new byte[96];
    private Tracee? _tracee;
    private HitIdentity _identity;
    private ProcessStatus? _status;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Comm => _tracee is null ? default : _tracee.Name.At(gate, (long)_identity.Time);

    /// <summary>From now on tells of this hit; <paramref name="now"/> is CLOCK_MONOTONIC nanoseconds.</summary>
    public void MoveTo(Tracee tracee, long now)
    {
        _tracee = tracee;
        // A stopped thread's CPU is none.
        _identity = new HitIdentity(processId, tracee.Tid, -1, (ulong)now);
        _status = null;
    }

    /// <inheritdoc/>
    public bool TryGet(BuiltInValue value, out ulong number)
    {
        if (_identity.TryGet(value, out number))
            return true;
        if (StatusFacts.Has(value))
            return StatusFacts.TryGet(value, Status, out number);
        return value == BuiltInValue.ThreadTime && TryReadThreadTime(out number);
    }

    private ProcessStatus? Status => _status ??= _proc.ThreadStatus(processId, _tracee!.Tid).TryGet(out var status) ? status : null;

    // The first number of /proc/PID/task/TID/schedstat is what the thread has run, in nanoseconds (Documentation/scheduler/sched-stats.rst).
    private bool TryReadThreadTime(out ulong nanoseconds)
    {
        nanoseconds = 0;
        if (!gate.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/task/{_tracee!.Tid}/schedstat")).TryGet(out var file))
            return false;
        using (file)
        {
            var text = _schedule.AsSpan(0, gate.ReadAt(file, _schedule, 0).Count);
            var end = text.IndexOf((byte)' ');
            return end > 0 && ulong.TryParse(text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out nanoseconds);
        }
    }
}
