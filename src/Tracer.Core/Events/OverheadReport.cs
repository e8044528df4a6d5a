namespace Tracer.Core.Events;

/// <summary>What tracing cost the target so far, and how much of the time it was on to keep the bound. All only grows.</summary>
/// <param name="Limit">The bound, in percent of the target's running time.</param>
/// <param name="Cost">How long threads of the target spent in hits, all added up.</param>
/// <param name="Running">The running time that the bound is a part of, all threads added up, hits included.</param>
/// <param name="Paused">How long probes were disarmed.</param>
/// <param name="Elapsed">How long the session has lasted.</param>
/// <param name="CutCalls">Calls and pairs that had begun when probes were disarmed, whose ends were not seen.</param>
public sealed record OverheadReport(double Limit, TimeSpan Cost, TimeSpan Running, TimeSpan Paused, TimeSpan Elapsed, ulong CutCalls)
{
    /// <summary>What it cost, in percent of the target's running time.</summary>
    public double Percent => Running > TimeSpan.Zero ? 100.0 * Cost.Ticks / Running.Ticks : 0;

    /// <summary>For what part of the time probes were armed, 0 to 1.</summary>
    public double TracedShare => Elapsed > TimeSpan.Zero ? 1 - ((double)Paused.Ticks / Elapsed.Ticks) : 1;

    /// <summary>What there was since an earlier report.</summary>
    public OverheadReport Since(OverheadReport earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return new OverheadReport(Limit, Cost - earlier.Cost, Running - earlier.Running, Paused - earlier.Paused, Elapsed - earlier.Elapsed, CutCalls - earlier.CutCalls);
    }
}
