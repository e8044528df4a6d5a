using System.Globalization;
using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Elf;

namespace Tracer.Uprobes.Tests;

/// <summary>Tables in the kernel: exact with many threads, across intervals, and when they are full.</summary>
public class AggregationTests
{
    private static readonly Expression First = Build.Register(X64Register.Rdi);

    [Fact]
    public async Task Many_threads_are_counted_exactly()
    {
        using var fixture = Fixture.Start();
        var all = new Aggregation("all", AggregationFunction.Count);
        var byThread = new Aggregation("thread", AggregationFunction.Count, new AggregationKey("tid", IntegerType.Int32));
        var byText = new Aggregation("text", AggregationFunction.Sum, new AggregationKey("text", TextType.Instance)) { ValueType = IntegerType.UInt64 };
        var plan = Plan(
            fixture,
            new AggregateAction(all, new ExpressionList()),
            new AggregateAction(byThread, new ExpressionList(new BuiltInExpression(BuiltInValue.ThreadId))),
            new AggregateAction(byText, new ExpressionList(Build.CString(Build.Register(X64Register.Rsi))), First));
        await using var attachment = await Attach(plan);
        fixture.Do("threads 8 40000");
        await attachment.StopAsync();
        Assert.Equal(320_000UL, Assert.Single(Rows(attachment, 0)).Count);
        var threads = Rows(attachment, 1);
        Assert.Equal(8, threads.Count);
        Assert.All(threads, r => Assert.Equal(40_000UL, r.Count));
        var text = Assert.Single(Rows(attachment, 2));
        Assert.Equal(("text", (Int128)(8 * (39_999L * 40_000 / 2))), (text.Keys[0].Text, text.Value));
    }

    [Fact]
    public async Task Intervals_add_up_to_what_fired()
    {
        using var fixture = Fixture.Start();
        var single = new Aggregation("all", AggregationFunction.Count);
        var keyed = new Aggregation("keyed", AggregationFunction.Count, new AggregationKey("n", IntegerType.UInt64));
        var greatest = new Aggregation("max", AggregationFunction.Maximum, new AggregationKey("tid", IntegerType.Int32));
        var few = Build.Binary(BinaryOperator.And, First, Build.Constant(15));
        var plan = Plan(
            fixture,
            new AggregateAction(single, new ExpressionList()),
            new AggregateAction(keyed, new ExpressionList(few)),
            new AggregateAction(greatest, new ExpressionList(new BuiltInExpression(BuiltInValue.ThreadId)), Build.Convert(First, IntegerType.Int64)));
        await using var attachment = await Attach(plan);
        fixture.Target.WriteLine("flood 2 1500");
        ulong counted = 0, byKey = 0;
        var intervals = 0;
        for (var end = Environment.TickCount64 + 1400; Environment.TickCount64 < end; intervals++)
        {
            await Task.Delay(40, TestContext.Current.CancellationToken);
            Take();
        }

        var fired = ulong.Parse(fixture.Target.ReadLine(TimeSpan.FromMinutes(1)).Split(' ')[0], CultureInfo.InvariantCulture);
        await attachment.StopAsync();
        Take();
        Assert.True(intervals > 5);
        Assert.Equal((fired, fired), (counted, byKey));
        Assert.Empty(Rows(attachment, 1));

        void Take()
        {
            counted += Sum(attachment.ReadAggregation(0, reset: true));
            byKey += Sum(attachment.ReadAggregation(1, reset: true));
            attachment.ReadAggregation(2, reset: true);
        }
    }

    [Fact]
    public async Task A_million_keys_find_room_or_are_counted()
    {
        using var fixture = Fixture.Start();
        var aggregation = new Aggregation("", AggregationFunction.Count, new AggregationKey("n", IntegerType.UInt64)) { Capacity = 10_000 };
        await using var attachment = await Attach(Plan(fixture, new AggregateAction(aggregation, new ExpressionList(First))));
        fixture.Do("hit 1000000");
        await attachment.StopAsync();
        var snapshot = attachment.ReadAggregation(0, reset: false);
        TestContext.Current.SendDiagnosticMessage($"{snapshot.Rows.Count} rows, {snapshot.Overflow} hits beyond them");
        Assert.InRange(snapshot.Rows.Count, 9_000, 10_000);
        Assert.All(snapshot.Rows, r => Assert.Equal(1UL, r.Count));
        Assert.Equal(1_000_000UL, (ulong)snapshot.Rows.Count + snapshot.Overflow);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(1000)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(5000)]
    public async Task A_text_of_any_length_is_one_row(int length)
    {
        using var fixture = Fixture.Start();
        var aggregation = new Aggregation("", AggregationFunction.Count, new AggregationKey("s", TextType.Instance), new AggregationKey("n", IntegerType.UInt64));
        var keys = new ExpressionList(Build.CString(Build.Register(X64Register.Rsi)), First);
        await using var attachment = await Attach(Plan(fixture, new AggregateAction(aggregation, keys)));
        for (var k = 0; k < 3; k++)
            fixture.Do($"string {length}");
        await attachment.StopAsync();
        var row = Assert.Single(Rows(attachment, 0));
        var whole = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        Assert.Equal((3UL, length <= 1024 ? whole : whole[..1024] + "…", length), (row.Count, row.Keys[0].ToString(), (int)row.Keys[1].Int64));
    }

    [Fact]
    public async Task Sites_that_differ_in_their_probes_name_share_a_program()
    {
        using var fixture = Fixture.Start();
        var aggregation = new Aggregation("", AggregationFunction.Count, new AggregationKey("probe", TextType.Instance));
        var action = new AggregateAction(aggregation, new ExpressionList(new BuiltInExpression(BuiltInValue.Probe)));
        var programs = new[] { fixture.Probe("one", "hit"), fixture.Probe("two", "other") }.Select(p => new ProbeProgram(p) { Actions = [action] });
        var plan = PlanBuilder.Build(fixture.Process, programs);
        Assert.Single(SiteGroups.Of(plan, new Compilation.ExpressionGraph()));
        await using var attachment = await Attach(plan);
        fixture.Do("hit 3");
        fixture.Do("other 5");
        await attachment.StopAsync();
        Assert.Equal([("test:one", 3UL), ("test:two", 5UL)], Rows(attachment, 0).Select(r => (r.Keys[0].Text!, r.Count)).Order());
    }

    [Fact]
    public async Task A_hundred_clauses_are_one_program()
    {
        using var fixture = Fixture.Start();
        var aggregation = new Aggregation("", AggregationFunction.Count, new AggregationKey("text", TextType.Instance), new AggregationKey("clause", IntegerType.Int32));
        var latest = new Variable("latest", VariableScope.Thread, IntegerType.UInt64);
        var probe = fixture.Probe("p", "hit");
        var programs = Enumerable.Range(0, 100).Select(k => new ProbeProgram(probe)
        {
            Condition = new TextCompareExpression(BinaryOperator.LessOrEqual, new TextLiteralExpression("0"), Build.CString(Build.Register(X64Register.Rsi))),
            Actions =
            [
                new AssignAction(new VariableExpression(latest), First),
                new AggregateAction(aggregation, new ExpressionList(Build.CString(Build.Register(X64Register.Rsi)), Build.Constant((ulong)k, IntegerType.Int32))),
            ],
        });
        await using var attachment = await Attach(PlanBuilder.Build(fixture.Process, programs));
        fixture.Do("hit 50");
        await attachment.StopAsync();
        var rows = Rows(attachment, 0);
        Assert.Equal(100, rows.Count);
        Assert.All(rows, r => Assert.Equal(("0123456789", 50UL), (r.Keys[0].Text, r.Count)));
    }

    [Fact]
    public async Task Nested_calls_are_timed_by_frames()
    {
        using var fixture = Fixture.Start();
        var latency = new Aggregation("", AggregationFunction.Histogram) { ValueType = IntegerType.UInt64 };
        var store = new FrameStore("calls", 1);
        var sp = Build.Register(X64Register.Rsp);
        var returned = fixture.Probe("returned", new ProbeSite(fixture.At("recurse_exit"), new ExpressionList()) { Restore = new FrameRestore(store, sp) }) with
        {
            Companions = [new CompanionSite(fixture.At("recurse"), new FrameSave(store, sp, new ExpressionList(First)))],
        };
        var time = Build.Binary(BinaryOperator.Subtract, new BuiltInExpression(BuiltInValue.Timestamp), new BuiltInExpression(BuiltInValue.EntryTimestamp));
        var program = new ProbeProgram(returned) { Actions = [new AggregateAction(latency, new ExpressionList(), time)] };
        await using var attachment = await Attach(PlanBuilder.Build(fixture.Process, [program]));
        var (_, nanoseconds) = fixture.Do("recurse 500");
        await attachment.StopAsync();
        var row = Assert.Single(Rows(attachment, 0));
        Assert.Equal(501UL, row.Count);
        var longest = Enumerable.Range(0, row.Aggregation.Buckets.Count).Last(b => row.InBucket(b) > 0);
        Assert.InRange(row.Aggregation.Buckets.StartOf(longest)!.Value, 1, nanoseconds);
    }

    private static TracePlan Plan(Fixture fixture, params ClauseAction[] actions) =>
        PlanBuilder.Build(fixture.Process, [new ProbeProgram(fixture.Probe("p", "hit")) { Actions = actions }]);

    private static async Task<IProbeAttachment> Attach(TracePlan plan) =>
        await new EbpfBackend().AttachAsync(plan, new Counter(plan.Emissions.Count), TestContext.Current.CancellationToken);

    private static IReadOnlyList<AggregationRow> Rows(IProbeAttachment attachment, int aggregation) => attachment.ReadAggregation(aggregation, reset: false).Rows;

    private static ulong Sum(AggregationSnapshot snapshot) => (ulong)snapshot.Rows.Sum(r => (decimal)r.Count);
}
