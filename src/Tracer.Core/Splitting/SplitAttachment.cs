using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Plans;

namespace Tracer.Core.Splitting;

/// <summary>A split plan that is armed: what both parts counted is told as one.</summary>
internal sealed class SplitAttachment(SplitPlan plan, IProbeAttachment inner, SplitSink sink) : IMeteredAttachment
{
    public TracePlan Plan => plan.Original;

    public Task Completion => inner.Completion;

    public TimeSpan TargetStopped => inner.TargetStopped;

    public long HitNanoseconds => Metered.HitNanoseconds;

    public bool IsProcessorTime => Metered.IsProcessorTime;

    // Asked only of plans that are metered, whose attachments are.
    private IMeteredAttachment Metered => (IMeteredAttachment)inner;

    public ulong Pause() => Metered.Pause();

    public void Resume() => Metered.Resume();

    public ValueTask StopAsync() => inner.StopAsync();

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    public ulong ReadCounter(int counter)
    {
        var counters = plan.Original.Counters;
        if (counter < counters.LostFrames)
            return LostOf(counter);
        if (counter == counters.LostFrames)
            return inner.ReadCounter(plan.AtHit.Counters.LostFrames);
        if (counter == counters.LostReturns)
            return inner.ReadCounter(plan.AtHit.Counters.LostReturns);
        if (counter == counters.OpenFrames)
            return inner.ReadCounter(plan.AtHit.Counters.OpenFrames);
        if (counter == counters.LostHits)
            return inner.ReadCounter(plan.AtHit.Counters.LostHits) + LostOf(SplitPlan.NoEmission);
        if (counter == counters.Faults)
            return Both(plan.AtHit.Counters.Faults, plan.After.Counters.Faults);
        for (var k = 0; k < plan.Original.Aggregations.Count; k++)
        {
            var aggregation = plan.Original.Aggregations[k];
            if (counter == counters.Overflow(k))
                return Both(Of(plan.AtHit, aggregation, c => c.Overflow), Of(plan.After, aggregation, c => c.Overflow));
            if (counter == counters.ValueFaults(k))
                return Both(Of(plan.AtHit, aggregation, c => c.ValueFaults), Of(plan.After, aggregation, c => c.ValueFaults));
        }

        for (var k = 0; k < plan.Original.Variables.Count; k++)
        {
            if (counter == counters.Drops(k))
                return Both(Drops(plan.AtHit, k), Drops(plan.After, k));
        }

        return 0;
    }

    public AggregationSnapshot ReadAggregation(int aggregation, bool reset)
    {
        var wanted = plan.Original.Aggregations[aggregation];
        var atHit = IndexOf(plan.AtHit, wanted);
        var after = IndexOf(plan.After, wanted);
        if (after < 0)
            return inner.ReadAggregation(atHit, reset);
        var own = sink.ReadAggregation(after, reset);
        return atHit < 0 ? own : own.Plus(inner.ReadAggregation(atHit, reset));
    }

    private ulong LostOf(int emission)
    {
        ulong lost = 0;
        for (var k = 0; k < plan.Origins.Count; k++)
        {
            if (plan.Origins[k] == emission)
                lost += inner.LostEvents(k);
        }

        return lost;
    }

    private ulong Both(int? atHit, int? after) => (atHit is { } a ? inner.ReadCounter(a) : 0) + (after is { } b ? sink.ReadCounter(b) : 0);

    private static int? Of(TracePlan part, Aggregation aggregation, Func<CounterLayout, Func<int, int>> counter) =>
        IndexOf(part, aggregation) is var index and >= 0 ? counter(part.Counters)(index) : null;

    private int? Drops(TracePlan part, int variable)
    {
        for (var k = 0; k < part.Variables.Count; k++)
        {
            if (part.Variables[k] == plan.Original.Variables[variable])
                return part.Counters.Drops(k);
        }

        return null;
    }

    private static int IndexOf(TracePlan part, Aggregation aggregation)
    {
        for (var k = 0; k < part.Aggregations.Count; k++)
        {
            if (part.Aggregations[k] == aggregation)
                return k;
        }

        return -1;
    }
}
