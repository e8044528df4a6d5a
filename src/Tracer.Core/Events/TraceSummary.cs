namespace Tracer.Core.Events;

/// <summary>What a session did, told at its end.</summary>
public sealed record TraceSummary
{
    /// <summary>The backend's name.</summary>
    public required string Backend { get; init; }

    /// <summary>Per probe, in the order they were asked for.</summary>
    public required IReadOnlyList<ProbeCount> Probes { get; init; }

    /// <summary>Events delivered.</summary>
    public ulong Events { get; init; }

    /// <summary>Events that fired and were not delivered.</summary>
    public ulong Lost { get; init; }

    /// <summary>Frames whose entry could not be remembered, so that their return was no event.</summary>
    public ulong LostFrames { get; init; }

    /// <summary>Calls whose return was not seen because more than 64 of them were nested, beyond which the kernel follows none.</summary>
    public ulong LostReturns { get; init; }

    /// <summary>Calls that were entered and had no return: still running at the end, or left by longjmp or an exception. No loss.</summary>
    public ulong Unreturned { get; init; }

    /// <summary>Texts that were longer than the limit.</summary>
    public ulong Truncated { get; init; }

    /// <summary>Values that could not be read.</summary>
    public ulong Unreadable { get; init; }

    /// <summary>Values that depend on memory which was read after the hit, so that it may have changed.</summary>
    public ulong Late { get; init; }

    /// <summary>Whether hits were summed up instead of recorded as events.</summary>
    public bool IsAggregated { get; init; }

    /// <summary>Hits that aggregations took; null when there are none, or when their functions do not count.</summary>
    public ulong? Hits { get; init; }

    /// <summary>Hits whose filter, or whose bookkeeping, could not be computed.</summary>
    public ulong Faults { get; init; }

    /// <summary>Hits that found no room for a new key in an aggregation.</summary>
    public ulong Overflow { get; init; }

    /// <summary>Assignments to variables that found no room.</summary>
    public ulong Drops { get; init; }

    /// <summary>Events beyond the rate limit, which were not delivered.</summary>
    public ulong Limited { get; init; }

    /// <summary>
    /// How often a process that is followed ran on before it was known what to trace in what it had executed or loaded: its first events there may be missing.
    /// </summary>
    public ulong Gaps { get; init; }

    /// <summary>What tracing cost and how it was bounded; null when no bound was asked for.</summary>
    public OverheadReport? Overhead { get; init; }

    /// <summary>How long the target was stopped by the tracer, all threads added up.</summary>
    public TimeSpan TargetStopped { get; init; }

    /// <summary>From armed to disarmed.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why there were no events, as far as is known; null when there were some.</summary>
    public string? WhyNoEvents { get; init; }

    /// <summary>Both together, of one session and the same time.</summary>
    public TraceSummary Plus(TraceSummary other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with
        {
            Probes = [.. Probes.Concat(other.Probes).GroupBy(p => p.Probe).Select(g => new ProbeCount(g.Key, (ulong)g.Sum(p => (long)p.Events), (ulong)g.Sum(p => (long)p.Lost)))],
            Events = Events + other.Events,
            Lost = Lost + other.Lost,
            LostFrames = LostFrames + other.LostFrames,
            LostReturns = LostReturns + other.LostReturns,
            Unreturned = Unreturned + other.Unreturned,
            Truncated = Truncated + other.Truncated,
            Unreadable = Unreadable + other.Unreadable,
            Late = Late + other.Late,
            IsAggregated = IsAggregated || other.IsAggregated,
            Hits = Hits is null && other.Hits is null ? null : (Hits ?? 0) + (other.Hits ?? 0),
            Faults = Faults + other.Faults,
            Overflow = Overflow + other.Overflow,
            Drops = Drops + other.Drops,
            Limited = Limited + other.Limited,
            Gaps = Gaps + other.Gaps,
            TargetStopped = TargetStopped + other.TargetStopped,
            WhyNoEvents = WhyNoEvents is null || other.WhyNoEvents is null ? null : WhyNoEvents,
        };
    }
}
