using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Testing;
using Xunit;

namespace Tracer.Core.Tests.Plans;

public sealed class PlanBuilderTests
{
    private static readonly TargetModule Module = new("/app", "/app", 0);
    private static readonly TargetProcess Target = new(1, new BufferMemory(0x1000, "fib\0"u8.ToArray()), [Module]);

    [Fact]
    public void An_instruction_that_serves_two_probes_is_planned_once()
    {
        var entry = MakeProbe("entry", 0x10);
        var store = new FrameStore("eval", 1);
        var save = new FrameSave(store, Build.Register(X64Register.Rsp), new ExpressionList(Build.Register(X64Register.Rdi)));
        var exit = MakeProbe("return", 0x20) with { Companions = [new CompanionSite(new CodeLocation(Module, 0x10, 0x10), save)] };
        var plan = PlanBuilder.Build(Target, [entry, exit, entry]);
        Assert.Equal([0x10UL, 0x20UL], plan.Sites.Select(s => s.Location.FileOffset));
        Assert.Equal(2, plan.Sites[0].Clauses.Count);
        Assert.Same(save, plan.Sites[0].Clauses[1].Save);
        Assert.Equal(2, plan.Emissions.Count);
    }

    // Memory may change between two looks at it: an event and what is remembered by the same guard must not disagree.
    [Fact]
    public void A_guard_that_an_event_and_a_companion_have_in_common_is_asked_once_for_both()
    {
        var guard = Build.LoadPointer(Build.Register(X64Register.Rdi));
        var save = new FrameSave(new FrameStore("waits", 1), Build.Register(X64Register.Rsp), new ExpressionList(Build.Register(X64Register.Rdi)));
        var start = MakeProbe("start", 0x10);
        start = start with { Sites = [start.Sites[0] with { Guard = guard }] };
        var companion = new CompanionSite(start.Sites[0].Location, save) { Guard = guard };
        var done = MakeProbe("done", 0x20) with { Companions = [companion] };
        foreach (var probes in new Probe[][] { [start, done], [done, start] })
        {
            var clause = Assert.Single(PlanBuilder.Build(Target, probes).Sites.Single(s => s.Location.FileOffset == 0x10).Clauses);
            Assert.Equal((guard, save, "start"), (clause.Guard, clause.Save, clause.Emission!.Probe.Name));
        }

        var alone = Assert.Single(PlanBuilder.Build(Target, [done]).Sites.Single(s => s.Location.FileOffset == 0x10).Clauses);
        Assert.Equal((guard, save, true, null), (alone.Guard, alone.Save, alone.NeedsMemoryAtHit, alone.Emission));
        var other = done with { Companions = [companion with { Guard = Build.LoadPointer(Build.Register(X64Register.Rsi)) }] };
        Assert.Equal(2, PlanBuilder.Build(Target, [start, other]).Sites.Single(s => s.Location.FileOffset == 0x10).Clauses.Count);
    }

    [Fact]
    public void A_written_record_reads_back()
    {
        var probe = new Probe("p", "n", Module, ProbeSource.Usdt,
            [new("a", IntegerType.Int32), new("text", TextType.Instance), new("bad", TextType.Instance), new("d", FloatType.Double)],
            [new ProbeSite(new CodeLocation(Module, 0x10, 0x10), new ExpressionList(
                Build.Constant(ulong.MaxValue, IntegerType.Int32),
                Build.CString(Build.Constant(0x1000)),
                Build.CString(Build.Constant(0)),
                new FloatExpression(Build.Constant(BitConverter.DoubleToUInt64Bits(1.5)), FloatType.Double)))]);
        var plan = PlanBuilder.Build(Target, [probe], 16);
        var registers = default(RegisterSet);
        var evaluator = new ExpressionEvaluator(in registers, Target.Memory, []);
        var writer = new RecordWriter(plan);
        var facts = new FixedFacts { Name = "python3"u8.ToArray(), [BuiltInValue.Timestamp] = 123, [BuiltInValue.ProcessId] = 7, [BuiltInValue.ThreadId] = 8, [BuiltInValue.Cpu] = 1 };
        var bytes = writer.Write(plan.Emissions[0], ref evaluator, facts);
        Assert.True(EventRecord.IsWellFormed(plan.Emissions[0], bytes));
        Assert.False(EventRecord.IsWellFormed(plan.Emissions[0], bytes[..^1]));
        var e = new Core.Events.TraceEvent(new EventRecord(plan.Emissions[0], bytes), new Core.Events.WallClock());
        Assert.Equal((123UL, 7, 8, 1, "python3", "p:n"), (e.MonotonicNanoseconds, e.ProcessId, e.ThreadId, e.Cpu, e.Comm, e.Probe));
        Assert.Equal((-1L, "fib", "<unreadable 0x0>", 1.5), (e["a"].Int64, e["text"].Text, e["bad"].ToString(), e["d"].Double));
    }

    [Fact]
    public void Values_that_depend_on_late_memory_are_marked_also_through_a_saved_frame()
    {
        var store = new FrameStore("calls", 2);
        var key = Build.Register(X64Register.Rsp);
        var save = new FrameSave(store, key, new ExpressionList(Build.Register(X64Register.Rdi), Build.LoadPointer(Build.Constant(0x1000))));
        Expression[] values = [new SavedExpression(0), new SavedExpression(1), Build.CString(Build.Constant(0x1000)), key];
        var site = new ProbeSite(new CodeLocation(Module, 0x20, 0x20), new ExpressionList(values)) { Restore = new FrameRestore(store, key) };
        var probe = new Probe("p", "n", Module, ProbeSource.Usdt, [.. values.Select((v, k) => new ProbeParameter($"v{k}", v.Type))], [site])
        {
            Companions = [new CompanionSite(new CodeLocation(Module, 0x10, 0x10), save)],
        };
        var plan = PlanBuilder.Build(Target, [probe], 16);
        Assert.Equal([false, true, true, false], Late(memoryIsLate: true));
        Assert.Equal([false, false, false, false], Late(memoryIsLate: false));

        bool[] Late(bool memoryIsLate)
        {
            var registers = default(RegisterSet);
            var evaluator = new ExpressionEvaluator(in registers, Target.Memory, [1, 2]);
            var bytes = new RecordWriter(plan, memoryIsLate).Write(plan.Emissions[0], ref evaluator, new FixedFacts());
            var e = new Core.Events.TraceEvent(new EventRecord(plan.Emissions[0], bytes), new Core.Events.WallClock());
            return [.. e.Values.Select(v => v.IsLate)];
        }
    }

    // Of three values that are offered the event shows the last and the site's own condition asks for the second: the first is not kept, and both move.
    [Fact]
    public void A_saved_value_that_only_the_condition_of_a_site_reads_is_kept()
    {
        var key = Build.Register(X64Register.Rsp);
        var store = new FrameStore("calls", 3);
        Expression[] offered = [Build.Register(X64Register.Rdi), Build.Register(X64Register.Rsi), Build.Register(X64Register.Rdx)];
        var site = new ProbeSite(new CodeLocation(Module, 0x20, 0x20), new ExpressionList(new SavedExpression(2)))
        {
            Restore = new FrameRestore(store, key),
            Condition = Build.EqualTo(new SavedExpression(1), 5),
        };
        var probe = new Probe("p", "n", Module, ProbeSource.Usdt, [new ProbeParameter("shown", IntegerType.UInt64)], [site])
        {
            Companions = [new CompanionSite(new CodeLocation(Module, 0x10, 0x10), new FrameSave(store, key, new ExpressionList(offered)))],
        };
        var asked = Build.EqualTo(new ParameterExpression(0, IntegerType.UInt64), 7);
        foreach (var filter in new[] { null, asked })
        {
            var plan = PlanBuilder.Build(Target, [ProbeProgram.Recording(probe, filter)]);
            var save = Assert.Single(plan.Sites.SelectMany(s => s.Clauses), c => c.Save is not null).Save!;
            var clause = Assert.Single(plan.Sites.SelectMany(s => s.Clauses), c => c.Restore is not null);
            Assert.Equal(new ExpressionList(offered[1], offered[2]), save.Values);
            Assert.Same(save.Store, clause.Restore!.Store);
            Assert.Equal(new SavedExpression(1), clause.Emission!.Values[0].Expression);
            var own = Build.EqualTo(new SavedExpression(0), 5);
            Assert.Equal(filter is null ? own : new BinaryExpression(BinaryOperator.LogicalAnd, own, Build.EqualTo(new SavedExpression(1), 7)), clause.Condition);
        }
    }

    [Theory]
    [InlineData(9, 16)]
    [InlineData(1024, 1024)]
    public void The_text_limit_is_rounded_up(int asked, int limit) =>
        Assert.Equal(limit, PlanBuilder.Build(Target, [MakeProbe("x", 1)], asked).TextLimit);

    private static Probe MakeProbe(string name, ulong offset) =>
        new("app", name, Module, ProbeSource.Usdt, [], [new ProbeSite(new CodeLocation(Module, offset, offset), new ExpressionList())]);
}
