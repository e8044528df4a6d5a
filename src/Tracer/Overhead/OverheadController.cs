namespace Tracer.Overhead;

/// <summary>
/// Decides when probes are armed so that hits cost at most a part of the target's running time. It keeps an account: running time earns credit, hits spend it. Without
/// credit probes are disarmed; with half of the most that can be saved up they are armed again. It has no clock: every look brings its own times.
/// </summary>
/// <remarks>
/// Credit is saved up for a second at most, so that a quiet hour does not pay for a burst. What is spent before a look sees it, and while breakpoints are being taken
/// out, is a debt that is earned back before they are armed again: over any longer time the cost is at most the bound.
/// </remarks>
internal sealed class OverheadController
{
    /// <summary>For how long credit is saved up, in nanoseconds.</summary>
    public const long Window = 1_000_000_000;

    /// <summary>
    /// The part of one processor that a target is taken to run at least: an idle one does so little between two hits that a part of it would forbid a hit a second.
    /// </summary>
    public const double LeastRunning = 0.1;

    // The kernel brings the time of a thread that runs up to date at its ticks, up to 10 ms apart (CONFIG_HZ): shorter times say nothing.
    private const long Period = 100_000_000;

    private readonly double _bound;
    private readonly bool _costIsProcessorTime;
    private Look _last;
    private Look _lastPeriod;
    private double _credit;
    private double _mostCredit;
    private double _running;

    /// <summary>A controller of probes that have just been armed.</summary>
    /// <param name="percent">The most that hits may cost, in percent of running time.</param>
    /// <param name="costIsProcessorTime">Whether the target's processor time includes the cost.</param>
    /// <param name="start">What it was then.</param>
    public OverheadController(double percent, bool costIsProcessorTime, Look start)
    {
        _bound = percent / 100;
        _costIsProcessorTime = costIsProcessorTime;
        _last = _lastPeriod = start;
        _credit = _mostCredit = _bound * LeastRunning * Window;
    }

    /// <summary>Whether probes are to be armed.</summary>
    public bool IsArmed { get; private set; } = true;

    /// <summary>The running time that the bound is a part of, in nanoseconds, up to the last period that was looked at.</summary>
    public long Running => (long)_running;

    /// <summary>Takes note of where time and cost stand now; returns whether probes are to be armed from now on.</summary>
    public bool Observe(Look now)
    {
        _credit -= now.Cost - _last.Cost;
        _last = now;
        if (now.Time - _lastPeriod.Time >= Period)
            Earn(now);
        IsArmed = IsArmed ? _credit > 0 : _credit >= _mostCredit / 2;
        return IsArmed;
    }

    /// <summary>Counts the running time of a period that is not over yet: at the end.</summary>
    public void Finish(Look now)
    {
        _credit -= now.Cost - _last.Cost;
        _last = now;
        Earn(now);
    }

    private void Earn(Look now)
    {
        var elapsed = now.Time - _lastPeriod.Time;
        var running = now.ProcessorTime - _lastPeriod.ProcessorTime + (_costIsProcessorTime ? 0 : now.Cost - _lastPeriod.Cost);
        var counted = Math.Max(running, elapsed * LeastRunning);
        _lastPeriod = now;
        if (elapsed <= 0)
            return;
        _running += counted;
        _mostCredit = _bound * counted / elapsed * Window;
        _credit = Math.Min(_credit + (_bound * counted), _mostCredit);
    }

    /// <summary>Where things stand, in nanoseconds since some beginning.</summary>
    /// <param name="Time">The clock.</param>
    /// <param name="Cost">What hits have cost, all threads added up.</param>
    /// <param name="ProcessorTime">What the target has run, all threads added up.</param>
    public readonly record struct Look(long Time, long Cost, long ProcessorTime);
}
