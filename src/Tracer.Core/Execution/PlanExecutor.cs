using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;

namespace Tracer.Core.Execution;

/// <summary>
/// Carries out the clauses of a plan in this process, over a hit's registers and the target's memory: what backends without programs in the kernel do at
/// every hit. One thread executes; counters and aggregations may be read by others. A hit allocates nothing but rows and elements that are new.
/// </summary>
public sealed class PlanExecutor
{
    private readonly TracePlan _plan;
    private readonly ITargetMemory _memory;
    private readonly IEventSink _sink;
    private readonly RecordWriter _writer;
    private readonly KeyWriter _key = new();
    private readonly VariableStore _variables;
    private readonly Dictionary<Aggregation, int> _indices = [];
    private readonly AggregationTable[] _tables;
    private readonly bool[] _isLate;
    private readonly ulong[] _counters;
    private readonly byte[] _text;
    private readonly RateLimiter? _limiter;
    private readonly RecordFacts _recordFacts = new();
    private byte[] _stack = [];
    private StackWalker? _walker;

    /// <summary>An executor of a plan that sends events to a sink.</summary>
    public PlanExecutor(TracePlan plan, ITargetMemory memory, IEventSink sink)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(memory);
        if (plan.FollowsCalls)
            throw new ArgumentException("Calls are followed by the kernel only; this plan needs exits as sites.", nameof(plan));
        _plan = plan;
        _memory = memory;
        _sink = sink;
        _writer = new RecordWriter(plan, memory.IsLate);
        _variables = new VariableStore(plan.Variables);
        _tables = [.. plan.Aggregations.Select(a => new AggregationTable(a))];
        for (var k = 0; k < plan.Aggregations.Count; k++)
            _indices.Add(plan.Aggregations[k], k);
        var dependence = memory.IsLate ? new MemoryDependence(plan) : null;
        _isLate = [.. plan.Aggregations.Select(a => dependence?.Of(a) == true)];
        _counters = new ulong[plan.Counters.Count];
        _text = new byte[plan.KeyTextLimit];
        _limiter = plan.EventsPerSecond is { } limit ? new RateLimiter(limit) : null;
    }

    /// <summary>Whether events went to the sink since the last <see cref="EndBatch"/>.</summary>
    public bool HasBatch { get; private set; }

    /// <summary>Tells the sink that no further event is waiting.</summary>
    public void EndBatch()
    {
        HasBatch = false;
        _sink.OnBatchEnd();
    }

    /// <summary>One of the plan's counters; see <see cref="TracePlan.Counters"/>.</summary>
    public ulong ReadCounter(int counter) => Volatile.Read(ref _counters[counter]);

    /// <summary>An aggregation as it is now; with <paramref name="reset"/> it begins anew.</summary>
    public AggregationSnapshot ReadAggregation(int aggregation, bool reset)
    {
        var table = _tables[aggregation];
        IReadOnlyList<AggregationRow> rows;
        lock (table)
        {
            rows = table.Rows();
            if (reset)
                table.Clear();
        }

        return new AggregationSnapshot(
            table.Aggregation, rows, ReadCounter(_plan.Counters.Overflow(aggregation)), ReadCounter(_plan.Counters.ValueFaults(aggregation)))
        {
            IsLate = _isLate[aggregation],
        };
    }

    /// <summary>Carries out the clauses of a site.</summary>
    /// <param name="site">The site that was hit.</param>
    /// <param name="registers">The thread's registers; rip is the instruction's address.</param>
    /// <param name="facts">What else is known of the hit.</param>
    /// <param name="frames">The frames that the thread has saved.</param>
    public void Run(PlannedSite site, in RegisterSet registers, IHitFacts facts, FrameTable frames)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(frames);
        // By index: an enumerator of an interface would be allocated at every hit.
        for (var k = 0; k < site.Clauses.Count; k++)
            Run(site.Clauses[k], in registers, facts, frames);
    }

    /// <summary>Drops the variables of a thread that has ended.</summary>
    public void ForgetThread(int threadId) => _variables.ForgetThread(threadId);

    /// <summary>Drops the variables of all threads; the frames are the caller's to drop. Returns how many calls were open.</summary>
    public ulong ForgetThreads()
    {
        _variables.ForgetThreads();
        return Interlocked.Exchange(ref _counters[_plan.Counters.OpenFrames], 0);
    }

    /// <summary>Carries out what is left of a clause that was split, over the record that a backend made of the hit.</summary>
    public void Finish(Clause clause, in EventRecord record)
    {
        ArgumentNullException.ThrowIfNull(clause);
        _recordFacts.MoveTo(record);
        var evaluator = new ExpressionEvaluator(new EvaluationContext(_memory, _recordFacts, _variables, _plan.TextLimit), record);
        if (!Act(clause, ref evaluator, _recordFacts) || clause.Emission is null)
            return;
        // What was recorded last is in the writer's buffer; the record is not: it is the backend's.
        _sink.OnEvent(new EventRecord(clause.Emission, _writer.Write(clause.Emission, ref evaluator, _recordFacts)));
        HasBatch = true;
    }

    private void Run(Clause clause, in RegisterSet registers, IHitFacts facts, FrameTable frames)
    {
        FrameTable.FrameValues values = default;
        var count = 0;
        var context = new EvaluationContext(_memory, facts, _variables, _plan.TextLimit);
        var before = new ExpressionEvaluator(in registers, context, default);
        if (clause.Guard is not null && (before.Evaluate(clause.Guard, out var holds) != EvaluationStatus.Ok || holds == 0))
            return;
        if (clause.Restore is { } restore)
        {
            if (before.Evaluate(restore.Key, out var key) != EvaluationStatus.Ok || !frames.TryTake(restore.Store, key, out values))
                return;
            count = restore.Store.ValueCount;
            Add(_plan.Counters.OpenFrames, -1);
        }

        if (clause.Leave is { } leave)
        {
            if (!frames.TryLeave(leave, out var entered))
                return;
            values[count++] = entered;
            Add(_plan.Counters.OpenFrames, -1);
        }

        scoped ReadOnlySpan<ulong> saved = ((ReadOnlySpan<ulong>)values)[..count];
        var evaluator = new ExpressionEvaluator(in registers, context, saved);
        if (Act(clause, ref evaluator, facts) && clause.Emission is not null && MayPass(facts))
        {
            var record = _writer.Write(clause.Emission, ref evaluator, facts);
            _sink.OnEvent(new EventRecord(clause.Emission, record));
            HasBatch = true;
        }

        if (clause.Save is not null)
            Save(clause.Save, ref evaluator, frames);
        if (clause.Enter is { } enter)
            Count(facts.TryGet(BuiltInValue.Timestamp, out var time) && frames.Enter(enter, time) ? _plan.Counters.OpenFrames : _plan.Counters.LostFrames);
    }

    /// <summary>Condition and actions; false when the hit ends here.</summary>
    private bool Act(Clause clause, ref ExpressionEvaluator evaluator, IHitFacts facts)
    {
        if (clause.Condition is not null)
        {
            if (evaluator.Evaluate(clause.Condition, out var holds) != EvaluationStatus.Ok)
            {
                Count(_plan.Counters.Faults);
                return false;
            }

            if (holds == 0)
                return false;
        }

        for (var k = 0; k < clause.Actions.Count; k++)
        {
            switch (clause.Actions[k])
            {
                case AggregateAction aggregate:
                    Aggregate(aggregate, ref evaluator);
                    break;
                case AssignAction assign when !Assign(assign, ref evaluator, facts):
                    Count(_plan.Counters.Faults);
                    return false;
                default:
                    break;
            }
        }

        return true;
    }

    private void Aggregate(AggregateAction action, ref ExpressionEvaluator evaluator)
    {
        var index = _indices[action.Aggregation];
        ulong value = 0;
        if (action.Value is not null && evaluator.Evaluate(action.Value, out value) != EvaluationStatus.Ok)
        {
            Count(_plan.Counters.ValueFaults(index));
            return;
        }

        _key.Clear();
        for (var k = 0; k < action.Keys.Count; k++)
        {
            var key = action.Keys[k];
            if (key.Type is StackType)
            {
                AddStack(key, ref evaluator);
            }
            else if (key.Type is IntegerType)
            {
                var status = evaluator.Evaluate(key, out var number);
                _key.Add(number, status);
            }
            else
            {
                var status = evaluator.ReadText(key, _text, out var bytes, out var charset, out _);
                _key.Add(_text.AsSpan(0, bytes), charset, status);
            }
        }

        var table = _tables[index];
        bool taken;
        lock (table)
            taken = table.TryAdd(_key.Key, value);
        if (!taken)
            Count(_plan.Counters.Overflow(index));
    }

    private void AddStack(Expression key, ref ExpressionEvaluator evaluator)
    {
        if (_stack.Length == 0)
            _stack = new byte[StackCapture.HeaderSize + StackExpression.MaximumBytes];
        _walker ??= new StackWalker(_plan.Target.Code, _plan.Target.Memory);
        var status = evaluator.ReadStack(key, _stack, out var bytes, out _);
        _key.Add(status <= EvaluationStatus.Truncated ? _walker.Walk(_stack.AsSpan(0, bytes), out _) : [], status);
    }

    private bool Assign(AssignAction action, ref ExpressionEvaluator evaluator, IHitFacts facts)
    {
        ulong second = 0;
        var status = action.Second is null ? evaluator.Evaluate(action.Value, out var value) : evaluator.Evaluate(action.Value, action.Second, out value, out second);
        if (status != EvaluationStatus.Ok)
            return false;
        if (evaluator.WriteKey(action.Target, _key, out _) != EvaluationStatus.Ok)
            return false;
        if (!_variables.TryWrite(action.Target.Variable, _key.Key, value, second))
            Count(_plan.Counters.Drops(IndexOf(action.Target.Variable)));
        return true;
    }

    private int IndexOf(Variable variable)
    {
        for (var k = 0; k < _plan.Variables.Count; k++)
        {
            if (ReferenceEquals(_plan.Variables[k], variable))
                return k;
        }

        return 0;
    }

    private void Save(FrameSave save, ref ExpressionEvaluator evaluator, FrameTable frames)
    {
        FrameTable.FrameValues values = default;
        var whole = evaluator.Evaluate(save.Key, out var key) == EvaluationStatus.Ok;
        for (var k = 0; whole && k < save.Values.Count; k++)
        {
            whole = evaluator.Evaluate(save.Values[k], out var value) == EvaluationStatus.Ok;
            values[k] = value;
        }

        if (whole)
            frames.Save(save.Store, key, values);
        Count(whole ? _plan.Counters.OpenFrames : _plan.Counters.LostFrames);
    }

    private bool MayPass(IHitFacts facts)
    {
        if (_limiter is null || (facts.TryGet(BuiltInValue.Timestamp, out var time) && _limiter.TryPass(time)))
            return true;
        Count(_plan.Counters.Limited);
        return false;
    }

    private void Count(int counter) => Add(counter, 1);

    private void Add(int counter, long change) => Volatile.Write(ref _counters[counter], unchecked(_counters[counter] + (ulong)change));
}
