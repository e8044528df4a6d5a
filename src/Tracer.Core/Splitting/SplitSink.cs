using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Execution;
using Tracer.Core.Plans;
using Tracer.Core.Records;

namespace Tracer.Core.Splitting;

/// <summary>Finishes the clauses of a split plan as their records arrive, and passes all events on as the original plan has them.</summary>
internal sealed class SplitSink : IEventSink
{
    private readonly SplitPlan _plan;
    private readonly IEventSink _sink;
    private readonly PlanExecutor _executor;
    private readonly Clause?[] _finishes;

    public SplitSink(SplitPlan plan, IEventSink sink)
    {
        _plan = plan;
        _sink = sink;
        _executor = new PlanExecutor(plan.After, plan.Original.Target.Memory, sink);
        _finishes = new Clause?[plan.AtHit.Emissions.Count];
        foreach (var clause in plan.Clauses)
            _finishes[clause.Gather.Index] = clause.Finish;
    }

    public void OnEvent(in EventRecord record)
    {
        var index = record.Emission.Index;
        if (_finishes[index] is { } finish)
            _executor.Finish(finish, record);
        else
            _sink.OnEvent(record.As(_plan.Original.Emissions[_plan.Origins[index]]));
    }

    public void OnBatchEnd() => _sink.OnBatchEnd();

    public ulong ReadCounter(int counter) => _executor.ReadCounter(counter);

    public AggregationSnapshot ReadAggregation(int aggregation, bool reset) => _executor.ReadAggregation(aggregation, reset);
}
