using System.Buffers.Text;
using System.Globalization;
using Tracer.Linux;
using Tracer.Ptrace.Tracees;

namespace Tracer.Ptrace;

/// <summary>
/// Measures what a hit costs a thread beside the time that the tracer works on it: waking the tracer and being woken. That is what a thread did not run of the time between
/// its release and its next hit, if it was scheduled once in it: then it did not sleep. The middle of the last such measurements is taken; a thread that always sleeps between two
/// hits gives none, and without any nothing is added.
/// </summary>
internal sealed class SwitchMeter(ISystemCallGate gate)
{
    // Reading what a thread has run takes a system call: one hit in so many is measured.
    private const int Sampling = 8;

    private readonly long[] _latest = new long[15];
    private readonly long[] _sorted = new long[15];
    private readonly byte[] _text = new byte[96];
    private int _samples;
    private long _price;
    private long _sum;

    /// <summary>The price of all hits so far, in nanoseconds.</summary>
    public long Nanoseconds => Interlocked.Read(ref _sum);

    /// <summary>A thread stands at a breakpoint since <paramref name="begun"/>.</summary>
    public void OnHit(Tracee tracee, long begun)
    {
        if (tracee.Release is { Time: not 0 } release && TryRead(tracee, out var run, out var turns) && turns == release.Turns + 1)
            Add(Math.Max(begun - release.Time - (run - release.Run), 0));
        tracee.Release = default;
        Interlocked.Add(ref _sum, _price);
    }

    /// <summary>The thread is about to be released.</summary>
    public void OnRelease(Tracee tracee, long now)
    {
        if (++tracee.Hits % Sampling == 0 && TryRead(tracee, out var run, out var turns))
            tracee.Release = (now, run, turns);
    }

    private void Add(long sample)
    {
        _latest[_samples++ % _latest.Length] = sample;
        var sorted = _sorted.AsSpan(0, Math.Min(_samples, _latest.Length));
        _latest.AsSpan(0, sorted.Length).CopyTo(sorted);
        sorted.Sort();
        _price = sorted[sorted.Length / 2];
    }

    // /proc/PID/task/TID/schedstat: the time it has run and has waited, in nanoseconds, and how often it was given a processor; exact while it stands
    // (Documentation/scheduler/sched-stats.rst).
    private bool TryRead(Tracee tracee, out long run, out long turns)
    {
        run = turns = 0;
        if (tracee.Schedule is null)
        {
            if (!gate.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{tracee.ProcessId}/task/{tracee.Tid}/schedstat")).TryGet(out var file))
                return false;
            tracee.Schedule = file;
        }

        var result = gate.ReadAt(tracee.Schedule, _text, 0);
        if (result.IsError)
            return false;
        var text = _text.AsSpan(0, result.Count);
        return Utf8Parser.TryParse(text, out run, out var used) && used < text.Length
            && Utf8Parser.TryParse(text[(used + 1)..], out long _, out var waited) && used + waited + 1 < text.Length
            && Utf8Parser.TryParse(text[(used + waited + 2)..], out turns, out _);
    }
}
