using Tracer.Bpf;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using static Tracer.Bpf.BpfRegister;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Compiles the clauses of a site to one program; where calls are followed, it runs at the entry and at the return. The index of the site's first emission comes from the attach cookie, so that sites with equal
/// clauses share a program.
/// </summary>
/// <remarks>Register use: R6 the context, R7 the scratch slot, R8 and R9 within a value; everything else is on the stack.</remarks>
internal sealed class ProgramCompiler
{
    private readonly BpfAssembler _code = new();
    private readonly StackFrame _frame = new();
    private readonly TracePlan _plan;
    // On the stack, which has little room.
    private const int MostShared = 4;

    private readonly IProgramMaps _maps;
    private readonly ExpressionGraph _graph;
    private readonly ExpressionCompiler _expressions;
    private readonly RecordCompiler _records;
    private readonly AttachCookie _cookie;
    private readonly AggregateCompiler _aggregates;
    private readonly KernelInterface _kernel;
    private readonly NestingCompiler _nestings;
    private readonly short _frameKey;
    private CallCompiler? _calls;
    private int _first;
    private short _literalBase;
    private int _nextLiteral;

    private ProgramCompiler(TracePlan plan, ExpressionGraph graph, KernelInterface kernel, IProgramMaps maps, ulong? cookie)
    {
        _plan = plan;
        _kernel = kernel;
        _maps = maps;
        _graph = graph;
        _expressions = new ExpressionCompiler(_code, _frame, graph, kernel, maps, plan.TextLimit);
        _nestings = new NestingCompiler(_code, _frame, _expressions, maps, plan);
        _aggregates = new AggregateCompiler(_code, _frame, _expressions, kernel, maps, plan);
        _cookie = new AttachCookie(_code, cookie);
        _records = new RecordCompiler(_code, _frame, _expressions, graph, kernel, maps, _cookie, plan.TextLimit);
        _frameKey = _frame.Reserve(16);
    }

    /// <summary>
    /// The program of a site; how the kernel carries out its instruction only matters where hits are metered. With a cookie it is for this site alone, else for all that
    /// have the same clauses.
    /// </summary>
    /// <exception cref="CompilationException">They do not fit into a program.</exception>
    public static BpfInstruction[] Compile(
        PlannedSite site, TracePlan plan, ExpressionGraph graph, KernelInterface kernel, IProgramMaps maps, SteppingKind stepping = SteppingKind.Stepped, ulong? cookie = null)
    {
        try
        {
            return new ProgramCompiler(plan, graph, kernel, maps, cookie).Compile(site, stepping);
        }
        catch (Exception e) when (e is BpfAssemblyException or OverflowException)
        {
            throw new CompilationException($"its program is too long for the kernel's jumps and offsets: {e.Message}");
        }
    }

    /// <summary>The index of the first emission of a site, which is what the cookie holds; 0 when there is none.</summary>
    public static int FirstEmission(PlannedSite site) => site.AllClauses.Select(c => c.Emission).FirstOrDefault(e => e is not null)?.Index ?? 0;

    private BpfInstruction[] Compile(PlannedSite site, SteppingKind stepping)
    {
        _first = FirstEmission(site);
        _code.Move(R6, R1);
        // What the program gives back at an entry tells whether the kernel is to follow the call: 1 is no (uprobe_multi_link_handler, kernel/trace/bpf_trace.c).
        var ignore = site.Call is null ? (short?)null : _frame.Reserve(8);
        if (ignore is { } initial)
            _code.Store(BpfSize.Double, R10, initial, 1);
        var meter = _maps.Meter is { } memory ? new MeterCompiler(_code, _frame, memory, stepping) : null;
        meter?.Begin();
        meter?.PassGate();
        var other = _code.NewLabel();
        _maps.Image?.Pass(_code, _frame, other);
        _literalBase = ReadLiteralBase([.. site.AllClauses]);
        if (site.Call is { } call)
            CompileCall(site.Clauses, call, ignore!.Value);
        else
            Run(site.Clauses);
        _code.Bind(other);
        meter?.End();
        if (ignore is { } result)
            _code.Load(BpfSize.Double, R0, R10, result);
        else
            _code.Move(R0, 0);
        var program = _code.Exit().AssembleReachable();
        return StackGuard.IsNeeded(_frame.Deepest) && _maps.NewGuard() is { } guards
            ? StackGuard.Wrap(program, guards, _maps.Losses, _plan.Counters.LostHits, result: site.Call is null ? 0 : 1)
            : program;
    }

    private void CompileCall(IReadOnlyList<Clause> clauses, PlannedCall call, short ignore)
    {
        var compiler = new CallCompiler(_code, _frame, _kernel.Session ?? throw new CompilationException("the kernel's types have no uprobe sessions"), _maps, _plan, call);
        _calls = compiler;
        var returns = _code.NewLabel();
        compiler.BranchAtReturn(returns);
        Run(clauses);
        foreach (var entry in call.Entries)
        {
            var mark = _frame.Mark;
            var end = _code.NewLabel();
            if (entry.Condition is not null)
                _expressions.Branch(entry.Condition, end, end);
            compiler.CheckDepth(end);
            if (UsesTime(entry))
                _expressions.ReadTime();
            Save(entry.Save!, end);
            _code.Store(BpfSize.Double, R10, ignore, 0).Bind(end);
            _expressions.ForgetTime();
            _frame.ReleaseTo(mark);
        }

        var done = _code.NewLabel();
        _code.Jump(done).Bind(returns);
        Run(call.Returns);
        _code.Bind(done);
    }

    private void Run(IReadOnlyList<Clause> clauses)
    {
        foreach (var clause in clauses)
        {
            var mark = _frame.Mark;
            var end = _code.NewLabel();
            if (clause.Guard is not null)
                _expressions.Branch(clause.Guard, end, end);
            if (clause.Restore is not null)
                Restore(clause.Restore, clause.Leave, end);
            else if (clause.Leave is not null)
                Leave(clause.Leave, _frame.Reserve(8), 0, end);
            if (UsesTime(clause) || (clause.Emission is not null && _plan.EventsPerSecond is not null))
                _expressions.ReadTime();
            Share(clause);
            var acted = _code.NewLabel();
            var fault = _code.NewLabel();
            if (clause.Condition is not null)
                _expressions.Branch(clause.Condition, acted, fault);
            foreach (var action in clause.Actions)
                Act(action, fault);
            if (clause.Emission is not null)
                Emit(clause.Emission, clause.Emission.Index - _first);
            if (_code.IsReferenced(fault))
            {
                _code.Jump(acted).Bind(fault).Move(R1, _plan.Counters.Faults);
                LossCounter.Increment(_code, _maps.Losses, _frame);
            }

            _code.Bind(acted);
            if (clause.Save is not null)
                Save(clause.Save, end);
            if (clause.Enter is not null)
                _nestings.Enter(clause.Enter);
            _code.Bind(end);
            _expressions.Forget();
            _expressions.ForgetTime();
            _frame.ReleaseTo(mark);
        }
    }

    /// <summary>Keeps the number of the site's first literal, which the cookie's upper half has; nothing when there are no literals.</summary>
    private short ReadLiteralBase(IReadOnlyList<Clause> clauses)
    {
        if (!SiteLiterals.Of(clauses).Any())
            return 0;
        var place = _frame.Reserve(8);
        _cookie.Load();
        _code.Alu(BpfOperation.ShiftRight, R0, 32).Store(BpfSize.Double, R10, place, R0);
        return place;
    }

    // One reading for the clause; where only the record has the time, it reads the clock itself.
    private static bool UsesTime(Clause clause) => clause.Expressions.Any(
        e => ExpressionParts.Any(e, p => p is BuiltInExpression { Value: BuiltInValue.Timestamp or BuiltInValue.WallTimestamp }));

    /// <summary>Evaluates once what condition and actions have in common. What assigns changes what is read: there nothing is shared.</summary>
    private void Share(Clause clause)
    {
        if (clause.Actions.Count == 0 || clause.Actions.Any(a => a is AssignAction))
            return;
        var acting = new Clause { Actions = clause.Actions }.Expressions;
        var shared = clause.Condition is null
            ? SharedExpressions.Find(_graph, acting, MostShared)
            : SharedExpressions.Find(_graph, [clause.Condition], MostShared, acting);
        var start = new MemoryPlace(R10, _frame.Reserve(shared.Count * ScratchLayout.KnownSize));
        _expressions.EvaluateAhead(shared, start);
    }

    private void Act(ClauseAction action, BpfLabel fault)
    {
        switch (action)
        {
            case AggregateAction aggregate:
                _aggregates.Compile(aggregate, _literalBase, ref _nextLiteral);
                break;
            case AssignAction assign:
                Assign(assign, fault);
                break;
            default:
                throw new CompilationException($"the action {action.GetType().Name} is not known to the ebpf backend");
        }
    }

    private void Emit(Emission emission, int index)
    {
        if (_plan.EventsPerSecond is not { } limit)
        {
            _records.Emit(emission, index);
            return;
        }

        var (limited, done) = (_code.NewLabel(), _code.NewLabel());
        _expressions.LoadTime();
        new RateCompiler(_code, _maps.Rate, limit).Pass(limited);
        _records.Emit(emission, index);
        _code.Jump(done).Bind(limited).Move(R1, _plan.Counters.Limited);
        LossCounter.Increment(_code, _maps.Losses, _frame);
        _code.Bind(done);
    }

    private void Assign(AssignAction assign, BpfLabel fault)
    {
        var mark = _frame.Mark;
        var fields = assign.Target.Variable.FieldCount;
        var value = _frame.Reserve(sizeof(ulong) * fields);
        var dropped = _code.NewLabel();
        var done = _code.NewLabel();
        if (assign.Second is not null)
        {
            _expressions.EvaluatePair(assign.Value, assign.Second, value, fault);
        }
        else
        {
            _expressions.Evaluate(assign.Value, fault);
            _code.Store(BpfSize.Double, R10, value, R0);
            for (var field = 1; field < fields; field++)
                _code.Store(BpfSize.Double, R10, (short)(value + (field * sizeof(ulong))), 0);
        }

        _expressions.Assign(assign.Target, value, fault, dropped);
        if (_code.IsReferenced(dropped))
        {
            var variable = _plan.Variables.TakeWhile(v => v != assign.Target.Variable).Count();
            _code.Jump(done).Bind(dropped).Move(R1, _plan.Counters.Drops(variable));
            LossCounter.Increment(_code, _maps.Losses, _frame);
        }

        _code.Bind(done);
        _frame.ReleaseTo(mark);
    }

    private void Restore(FrameRestore restore, CallNesting? leave, BpfLabel end)
    {
        var count = restore.Store.ValueCount;
        var values = _frame.Reserve((count + (leave is null ? 0 : 1)) * 8);
        if (_calls?.IsCarried(restore.Store) == true)
        {
            _calls.Take(values);
        }
        else
        {
            _expressions.Evaluate(restore.Key, end);
            WriteFrameKey();
            FrameMap(restore.Store);
            _code.Call(BpfHelper.MapLookup).JumpIf(BpfCondition.Equal, R0, 0, end);
            for (var k = 0; k < count; k++)
                _code.Load(BpfSize.Double, R1, R0, (short)(k * 8)).Store(BpfSize.Double, R10, (short)(values + k * 8), R1);
            FrameMap(restore.Store);
            _code.Call(BpfHelper.MapDelete);
        }

        _code.Move(R1, _plan.Counters.OpenFrames);
        LossCounter.Add(_code, _maps.Losses, _frame, -1);
        if (leave is null)
            _expressions.UseSavedValues(values, count);
        else
            Leave(leave, values, count, end);
    }

    /// <summary>Takes the entry's time, which comes behind the values of a frame.</summary>
    private void Leave(CallNesting nesting, short values, int count, BpfLabel end)
    {
        _nestings.Leave(nesting, (short)(values + (count * 8)), end);
        _expressions.UseSavedValues(values, count + 1);
    }

    /// <summary>Remembers a frame, or counts it as lost and jumps to <paramref name="end"/>.</summary>
    private void Save(FrameSave save, BpfLabel end)
    {
        if (save.Values.Count != save.Store.ValueCount)
            throw new CompilationException($"{save.Values.Count} values are saved in '{save.Store.Name}', which holds {save.Store.ValueCount} a frame");
        var lost = _code.NewLabel();
        var saved = _code.NewLabel();
        var values = _frame.Reserve(save.Values.Count * 8);
        for (var k = 0; k < save.Values.Count; k++)
        {
            _expressions.Evaluate(save.Values[k], lost);
            _code.Store(BpfSize.Double, R10, (short)(values + k * 8), R0);
        }

        if (_calls?.IsCarried(save.Store) == true)
        {
            _calls.Hand(values);
            _code.Jump(saved);
        }
        else
        {
            _expressions.Evaluate(save.Key, lost);
            WriteFrameKey();
            FrameMap(save.Store);
            _code.Move(R3, R10).Alu(BpfOperation.Add, R3, values).Move(R4, (int)BpfUpdateMode.Any).Call(BpfHelper.MapUpdate)
                .JumpIf(BpfCondition.Equal, R0, 0, saved).Jump(lost);
        }

        if (_code.IsReferenced(lost))
        {
            _code.Bind(lost).Move(R1, _plan.Counters.LostFrames);
            LossCounter.Increment(_code, _maps.Losses, _frame);
            _code.Jump(end);
        }

        _code.Bind(saved).Move(R1, _plan.Counters.OpenFrames);
        LossCounter.Increment(_code, _maps.Losses, _frame);
    }

    /// <summary>Makes the key of (thread, R0).</summary>
    private void WriteFrameKey() =>
        _code.Store(BpfSize.Double, R10, (short)(_frameKey + 8), R0)
            .Call(BpfHelper.GetProcessAndThread).Move32(R0, R0).Store(BpfSize.Double, R10, _frameKey, R0);

    private void FrameMap(FrameStore store) =>
        _code.LoadMap(R1, _maps.FramesOf(store)).Move(R2, R10).Alu(BpfOperation.Add, R2, _frameKey);
}
