using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Events;
using Tracer.Core.Plans;

namespace Tracer.Queries;

/// <summary>Reads a session's aggregations, by interval or from the beginning, and remembers what was taken out for the summary.</summary>
internal sealed class AggregationReader(IReadOnlyList<Aggregation> aggregations, IProbeAttachment attachment)
{
    private readonly Lock _gate = new();
    private readonly ulong[] _taken = new ulong[aggregations.Count];
    private readonly ulong[] _overflow = new ulong[aggregations.Count];
    private readonly ulong[] _faults = new ulong[aggregations.Count];
    private bool _anyTaken;

    private TracePlan Plan => attachment.Plan;

    /// <summary>All of them as they are; with <paramref name="reset"/> they begin anew.</summary>
    public IReadOnlyList<AggregationSnapshot> Read(bool reset)
    {
        lock (_gate)
            return [.. aggregations.Select((_, k) => Read(k, reset))];
    }

    /// <summary>The summary with what aggregations, filters and variables add to it.</summary>
    public TraceSummary Complete(TraceSummary summary)
    {
        var variables = Enumerable.Range(0, Plan.Variables.Count);
        summary = summary with
        {
            Faults = attachment.ReadCounter(Plan.Counters.Faults),
            Lost = summary.Lost + attachment.ReadCounter(Plan.Counters.LostHits),
            Drops = Sum(variables.Select(v => attachment.ReadCounter(Plan.Counters.Drops(v)))),
        };
        if (summary is { WhyNoEvents: { } silence, Faults: > 0 })
            summary = summary with { WhyNoEvents = $"{silence} It could not be computed for {summary.Faults} hits." };
        if (aggregations.Count == 0)
            return summary;
        lock (_gate)
        {
            var snapshots = Read(reset: false);
            var any = _anyTaken || snapshots.Any(s => s.Rows.Count > 0 || s.Overflow + s.Faults > 0);
            var indices = Enumerable.Range(0, Plan.Aggregations.Count);
            return summary with
            {
                IsAggregated = true,
                Hits = _taken[0] + Hits(snapshots[0]),
                Overflow = Sum(indices.Select(k => attachment.ReadCounter(Plan.Counters.Overflow(k)))),
                Unreadable = Sum(indices.Select(k => attachment.ReadCounter(Plan.Counters.ValueFaults(k)))),
                WhyNoEvents = any ? null : summary.WhyNoEvents,
            };
        }
    }

    private AggregationSnapshot Read(int aggregation, bool reset)
    {
        var index = IndexOf(aggregations[aggregation]);
        var snapshot = attachment.ReadAggregation(index, reset);
        // The counters only grow; an interval has what they grew by.
        var (overflow, faults) = (attachment.ReadCounter(Plan.Counters.Overflow(index)), attachment.ReadCounter(Plan.Counters.ValueFaults(index)));
        snapshot = snapshot with { Overflow = overflow - _overflow[aggregation], Faults = faults - _faults[aggregation] };
        if (reset)
        {
            (_overflow[aggregation], _faults[aggregation]) = (overflow, faults);
            _taken[aggregation] += Hits(snapshot);
            _anyTaken |= snapshot.Rows.Count > 0 || snapshot.Overflow + snapshot.Faults > 0;
        }

        return snapshot;
    }

    private int IndexOf(Aggregation aggregation)
    {
        for (var k = 0; k < Plan.Aggregations.Count; k++)
        {
            if (ReferenceEquals(Plan.Aggregations[k], aggregation))
                return k;
        }

        throw new InvalidOperationException("The plan has no such aggregation.");
    }

    private static ulong Hits(AggregationSnapshot snapshot) => Sum(snapshot.Rows.Select(r => r.Count));

    private static ulong Sum(IEnumerable<ulong> counts) => counts.Aggregate(0UL, (sum, count) => sum + count);
}
