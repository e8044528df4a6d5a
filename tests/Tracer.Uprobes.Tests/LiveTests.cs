using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Elf;
using static Tracer.Core.Expressions.Build;

namespace Tracer.Uprobes.Tests;

/// <summary>The backend on the running kernel and a running program: values, texts, counts.</summary>
public class LiveTests
{
    private static readonly Expression Number = Register(X64Register.Rdi);
    private static readonly Expression Text = CString(Register(X64Register.Rsi));
    private readonly EbpfBackend _backend = new();

    [Fact]
    public async Task An_event_has_its_values_its_thread_and_its_time()
    {
        using var fixture = Fixture.Start();
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Number, Text)]);
        var events = await Trace(plan, () => fixture.Do("hit 3"));
        Assert.Equal(3, events.Events.Count);
        for (var k = 0; k < 3; k++)
        {
            var e = events.Events[k];
            Assert.Equal((fixture.Target.Pid, fixture.Target.Pid, "fixture"), (e.Pid, e.Tid, e.Comm));
            Assert.Equal(new Seen(EvaluationStatus.Ok, (ulong)k, "", 0), e.Values[0]);
            Assert.Equal(new Seen(EvaluationStatus.Ok, 10, "0123456789", 0), e.Values[1]);
            Assert.True(k == 0 || e.Time > events.Events[k - 1].Time);
        }

        Assert.True(events.Batches > 0);
    }

    [Theory]
    [InlineData(0, 1024, EvaluationStatus.Ok)]
    [InlineData(1, 1024, EvaluationStatus.Ok)]
    [InlineData(1023, 1024, EvaluationStatus.Ok)]
    [InlineData(1024, 1024, EvaluationStatus.Ok)]
    [InlineData(1025, 1024, EvaluationStatus.Truncated)]
    [InlineData(5000, 1024, EvaluationStatus.Truncated)]
    [InlineData(10_000, 16 * 1024, EvaluationStatus.Ok)]
    [InlineData(65_536, 64 * 1024, EvaluationStatus.Ok)]
    [InlineData(65_537, 64 * 1024, EvaluationStatus.Truncated)]
    public async Task A_text_is_whole_up_to_the_limit_and_marked_beyond_it(int length, int limit, EvaluationStatus status)
    {
        using var fixture = Fixture.Start();
        var counted = new TextExpression(Register(X64Register.Rsi), Number);
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Text, counted, Text)], limit);
        var events = await Trace(plan, () => fixture.Do($"string {length}"));
        var shown = string.Concat(Enumerable.Range(0, Math.Min(length, limit)).Select(k => (char)('a' + k % 26)));
        Assert.Equal(
            [
                new Seen(status, (ulong)shown.Length, shown, 0), new Seen(status, (ulong)length, shown, 0),
                new Seen(status, (ulong)shown.Length, shown, 0),
            ],
            Assert.Single(events.Values));
    }

    [Fact]
    public async Task A_page_that_is_not_resident_is_read()
    {
        using var fixture = Fixture.Start();
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Load(Register(X64Register.Rsi), 0, IntegerType.UInt32), CString(Offset(Register(X64Register.Rsi), 1)))]);
        var events = await Trace(plan, () => fixture.Do("absent 200"));
        Assert.Equal(200, events.Events.Count);
        Assert.All(events.Values, v => Assert.Equal(new Seen(EvaluationStatus.Ok, 0x464c457f, "", 0), v[0]));
        Assert.All(events.Values, v => Assert.Equal("ELF\u0002\u0001\u0001", v[1].Text));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(8UL)]
    [InlineData(0x1000_0000_0000_0000UL)]
    [InlineData(0xffff_8880_0000_0000UL)]
    [InlineData(ulong.MaxValue)]
    public async Task A_bad_pointer_fails_alone_and_tells_its_address(ulong address)
    {
        using var fixture = Fixture.Start();
        var pointer = Register(X64Register.Rsi);
        var plan = PlanBuilder.Build(
            fixture.Process,
            [fixture.Probe("hit", "hit", Text, Load(pointer, 0, IntegerType.Int8), Number, new TextExpression(pointer, Constant(4)), new UnavailableExpression(TextType.Instance, "no"))]);
        var events = await Trace(plan, () => fixture.Do($"args 77 {address} 0 0 0 0"));
        var fault = new Seen(EvaluationStatus.Fault, address, "", 0);
        Assert.Equal([fault, fault, new Seen(EvaluationStatus.Ok, 77, "", 0), fault, new Seen(EvaluationStatus.Unavailable, 0, "", 0)], Assert.Single(events.Values));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1024)]
    public async Task A_text_that_ends_at_an_unmapped_page_without_a_NUL_is_a_fault(int length)
    {
        using var fixture = Fixture.Start();
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Text, new TextExpression(Register(X64Register.Rsi), Number))]);
        var values = Assert.Single((await Trace(plan, () => fixture.Do($"edge {length}"))).Values);
        Assert.Equal(EvaluationStatus.Fault, values[0].Status);
        Assert.Equal(new Seen(EvaluationStatus.Ok, (ulong)length, new string('x', length), 0), values[1]);
    }

    [Fact]
    public async Task The_thread_pointer_is_the_base_of_fs()
    {
        using var fixture = Fixture.Start();
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Register(X64Register.FsBase), Register(X64Register.Rdx), Register(X64Register.Rip))]);
        var values = Assert.Single((await Trace(plan, () => fixture.Do("fs"))).Values);
        Assert.NotEqual(0UL, values[0].Bits);
        Assert.Equal(values[1], values[0]);
        Assert.Equal(fixture.At("hit").Address, values[2].Bits);
    }

    [Fact]
    public async Task A_guard_and_several_probes_at_one_instruction_keep_their_order()
    {
        using var fixture = Fixture.Start();
        var odd = EqualTo(Bits(Number, 0, 1), 1);
        var faulting = EqualTo(LoadPointer(Constant(0)), 1);
        var site = fixture.At("hit");
        var plan = PlanBuilder.Build(
            fixture.Process,
            [
                fixture.Probe("all", "hit", Number), fixture.Probe("odd", new ProbeSite(site, new ExpressionList(Number)) { Guard = odd }),
                fixture.Probe("none", new ProbeSite(site, new ExpressionList(Number)) { Guard = faulting }), fixture.Probe("last", "hit", Text),
            ]);
        Assert.Single(plan.Sites);
        var events = await Trace(plan, () => fixture.Do("hit 4"));
        Assert.Equal([0, 3, 0, 1, 3, 0, 3, 0, 1, 3], events.Events.Select(e => e.Emission));
    }

    [Fact]
    public async Task Sites_with_equal_clauses_share_a_program_and_keep_their_emissions()
    {
        using var fixture = Fixture.Start();
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("first", "hit", Number), fixture.Probe("second", "other", Number), fixture.Probe("third", "idle", Text)]);
        Assert.Equal([2, 1], SiteGroups.Of(plan, new Compilation.ExpressionGraph()).Select(g => g.Count));
        var events = await Trace(plan, () => _ = (fixture.Do("hit 2"), fixture.Do("other 3")));
        Assert.Equal([0, 0, 1, 1, 1], events.Events.Select(e => e.Emission));
    }

    [Fact]
    public async Task A_walk_down_a_tree_of_loads_with_shared_parts_fits_and_is_right()
    {
        using var fixture = Fixture.Start();

        // Each node is an index into the data page made of the one before: shared by every later value, as a decoder's objects are.
        var node = Number;
        var values = new List<Expression>();
        for (var k = 0; k < 40; k++)
        {
            node = Add(Constant(fixture.Data), Binary(BinaryOperator.And, Load(Add(Constant(fixture.Data), Binary(BinaryOperator.And, node, Constant(0xff8))), 0, IntegerType.UInt64), Constant(0xfff)));
            values.Add(If(EqualTo(Bits(node, 0, 1), 1), Load(node, 0, IntegerType.UInt64), Load(node, 8, IntegerType.UInt64)));
            values.Add(k % 8 == 0 ? new TextExpression(node, Bits(node, 0, 3)) : node);
        }

        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("tree", "hit", [.. values])]);
        var seen = Assert.Single((await Trace(plan, () => fixture.Do("args 1234 0 0 0 0 0"))).Values);
        var registers = default(RegisterSet);
        registers[X64Register.Rdi] = 1234;
        var evaluator = new ExpressionEvaluator(in registers, fixture.Memory, []);
        for (var k = 0; k < values.Count; k++)
        {
            if (values[k] is not TextExpression)
                Assert.Equal((evaluator.Evaluate(values[k], out var expected), expected), (seen[k].Status, seen[k].Bits));
        }
    }

    private async Task<Collector> Trace(TracePlan plan, Action action)
    {
        Assert.True(_backend.Evaluate(plan).IsSupported);
        var collector = new Collector();
        await using var attachment = await _backend.AttachAsync(plan, collector, TestContext.Current.CancellationToken);
        action();
        await attachment.StopAsync();
        Assert.All(plan.Emissions, e => Assert.Equal(0UL, attachment.LostEvents(e.Index)));
        Assert.Equal(0UL, attachment.LostFrames);
        return collector;
    }
}
