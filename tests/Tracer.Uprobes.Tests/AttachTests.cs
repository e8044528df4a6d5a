using System.Globalization;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using static Tracer.Core.Expressions.Build;

namespace Tracer.Uprobes.Tests;

/// <summary>What attaching does to the target and what it must not do; counts that must be exact.</summary>
public class AttachTests
{
    private static readonly Expression Number = Register(X64Register.Rdi);
    private static readonly Expression Text = CString(Register(X64Register.Rsi));
    private readonly EbpfBackend _backend = new();

    [Fact]
    public async Task Eight_threads_are_counted_exactly_and_another_process_not_at_all()
    {
        using var fixture = Fixture.Start();
        using var stranger = Fixture.Start();
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Number, Text)]);
        var counter = new Counter(1);
        await using var attachment = await Attach(plan, counter);
        stranger.Do("hit 1000");
        fixture.Do("threads 8 25000");
        stranger.Do("hit 1000");
        await attachment.StopAsync();
        Assert.Equal((200_000L, 0UL), (counter.Counts[0], attachment.LostEvents(0)));
    }

    [Fact]
    public async Task A_forked_child_is_not_traced_and_not_harmed()
    {
        using var fixture = Fixture.Start();
        var store = new FrameStore("calls", 1);
        var probe = fixture.Probe("hit", "hit", Number) with { Companions = [new CompanionSite(fixture.At("recurse"), new FrameSave(store, Number, new ExpressionList(Number)))] };
        var plan = PlanBuilder.Build(fixture.Process, [probe]);
        var counter = new Counter(1);
        await using var attachment = await Attach(plan, counter);
        Assert.Equal("1 42", fixture.Do("fork 1000").Answer);
        Assert.Equal("ok", fixture.Do("hit 5").Answer);
        await attachment.StopAsync();
        Assert.Equal((5L, 0UL), (counter.Counts[0], attachment.LostEvents(0)));
    }

    [Fact]
    public async Task A_semaphore_is_raised_while_attached_and_lowered_after()
    {
        using var fixture = Fixture.Start();
        Assert.Equal("0", fixture.Do("semaphore").Answer);
        var site = new ProbeSite(fixture.At("hit"), new ExpressionList(Number)) { Semaphore = fixture.Semaphore };
        await using (await Attach(PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", site)]), new Counter(1)))
            Assert.Equal("1", fixture.Do("semaphore").Answer);
        Assert.Equal("0", fixture.Do("semaphore").Answer);
    }

    [Fact]
    public async Task An_activation_raises_a_semaphore_from_an_idle_instruction()
    {
        using var fixture = Fixture.Start();
        var probe = fixture.Probe("hit", "hit", Number) with { Activations = [new Activation(fixture.Semaphore, fixture.At("idle"))] };
        var counter = new Counter(1);
        await using (await Attach(PlanBuilder.Build(fixture.Process, [probe]), counter))
        {
            Assert.Equal("1", fixture.Do("semaphore").Answer);
            fixture.Do("hit 3");
        }

        Assert.Equal("0", fixture.Do("semaphore").Answer);
        Assert.Equal(3, counter.Counts[0]);
    }

    [Fact]
    public async Task An_instruction_that_has_another_semaphore_already_is_refused_with_the_reason()
    {
        using var fixture = Fixture.Start();
        var plain = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Number)]);
        var site = new ProbeSite(fixture.At("hit"), new ExpressionList(Number)) { Semaphore = fixture.Semaphore };
        await using var first = await Attach(plain, new Counter(1));
        var error = await Assert.ThrowsAsync<TracerException>(async () => await Attach(PlanBuilder.Build(fixture.Process, [fixture.Probe("second", site)]), new Counter(1)));
        Assert.Equal("ST0408", error.Id);
        Assert.Contains("test:second", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_a_site_in_the_middle_is_refused_the_others_are_taken_back()
    {
        using var fixture = Fixture.Start();
        var before = fixture.Code();
        var outside = new ProbeSite(new CodeLocation(fixture.Module, 1UL << 40, 0), new ExpressionList(Text));
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Number), fixture.Probe("outside", outside)]);
        var error = await Assert.ThrowsAsync<TracerException>(async () => await Attach(plan, new Counter(2)));
        Assert.StartsWith("ST04", error.Id, StringComparison.Ordinal);
        Assert.Equal(before, fixture.Code());
        fixture.Do("hit 10");
    }

    [Fact]
    public async Task Two_hundred_rounds_under_load_leave_every_byte_as_it_was()
    {
        using var fixture = Fixture.Start();
        var before = fixture.Code();
        var site = new ProbeSite(fixture.At("hit"), new ExpressionList(Number, Text)) { Semaphore = fixture.Semaphore };
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", site), fixture.Probe("recurse", "recurse", Number)]);
        fixture.Target.WriteLine("flood 2 6000");
        var seen = 0L;
        for (var round = 0; round < 200; round++)
        {
            var counter = new Counter(2);
            await using (await Attach(plan, counter))
                Thread.Sleep(1);
            seen += counter.Counts[0];
        }

        var total = long.Parse(fixture.Target.ReadLine(TimeSpan.FromSeconds(30)).Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.InRange(seen, 1, total);
        Assert.Equal(before, fixture.Code());
        Assert.Equal("0", fixture.Do("semaphore").Answer);
        Assert.Equal("20", fixture.Do("recurse 20").Answer);
    }

    [Fact]
    public async Task Entries_and_exits_of_a_recursive_function_are_paired_by_the_stack_pointer()
    {
        using var fixture = Fixture.Start();
        var (plan, store) = CallPlan(fixture);
        Assert.Equal(1, store.ValueCount);
        var collector = new Collector();
        await using var attachment = await Attach(plan, collector);
        fixture.Do("recurse 30");
        fixture.Do("recurse 3");
        await attachment.StopAsync();

        // The innermost call returns first; every exit has its own entry's argument.
        Assert.Equal(
            [.. Enumerable.Range(0, 31).Select(k => (ulong)k), .. Enumerable.Range(0, 4).Select(k => (ulong)k)],
            collector.Values.Select(v => v[0].Bits));
        Assert.Equal(0UL, attachment.LostFrames);
    }

    [Fact]
    public async Task Frames_that_cannot_be_remembered_are_counted_and_their_exits_are_no_events()
    {
        using var fixture = Fixture.Start();
        var store = new FrameStore("calls", 1);
        var key = Register(X64Register.Rsp);
        var exit = new ProbeSite(fixture.At("recurse_exit"), new ExpressionList(new SavedExpression(0))) { Restore = new FrameRestore(store, key) };
        var save = new FrameSave(store, key, new ExpressionList(If(EqualTo(Bits(Number, 0, 1), 1), LoadPointer(Constant(16)), Number)));
        var probe = fixture.Probe("return", exit) with { Companions = [new CompanionSite(fixture.At("recurse"), save)] };
        var collector = new Collector();
        await using var attachment = await Attach(PlanBuilder.Build(fixture.Process, [probe]), collector);
        fixture.Do("recurse 9");
        await attachment.StopAsync();
        Assert.Equal([0UL, 2, 4, 6, 8], collector.Values.Select(v => v[0].Bits));
        Assert.Equal(5UL, attachment.LostFrames);
    }

    [Fact]
    public async Task An_exit_whose_entry_was_not_seen_is_no_event()
    {
        using var fixture = Fixture.Start();
        var (plan, store) = CallPlan(fixture, withEntry: false);
        var counter = new Counter(1);
        await using var attachment = await Attach(plan, counter);
        fixture.Do("recurse 9");
        await attachment.StopAsync();
        Assert.Equal(0, counter.Counts[0]);
        Assert.NotNull(store);
    }

    [Fact]
    public async Task Delivered_and_lost_are_together_what_fired_when_the_sink_is_too_slow()
    {
        using var fixture = Fixture.Start();
        var probes = Enumerable.Range(0, 6).Select(k => k % 2 == 0 ? fixture.Probe($"p{k}", "hit", Number) : fixture.Probe($"p{k}", "hit", Text)).ToArray();
        var plan = PlanBuilder.Build(fixture.Process, probes);
        var sink = new SlowSink(6);
        await using var attachment = await Attach(plan, sink);
        const ulong fired = 4 * 50_000;
        var (_, nanoseconds) = fixture.Do("threads 4 50000");
        sink.Hurry = true;
        await attachment.StopAsync();
        var lost = Enumerable.Range(0, 6).Select(attachment.LostEvents).ToArray();
        for (var k = 0; k < 6; k++)
            Assert.Equal(fired, (ulong)sink.Counts[k] + lost[k]);
        Assert.True(lost[0] > 0 && sink.Counts[0] > 0, $"{fired} fired, {lost[0]} lost");
        TestContext.Current.SendDiagnosticMessage($"{fired * 6 * 1000.0 / nanoseconds:F2} M events/s fired, {lost.Aggregate((a, b) => a + b) * 100.0 / (fired * 6):F1} % lost");
    }

    [Fact]
    public async Task Completion_comes_when_the_target_exits_and_all_its_events_are_there()
    {
        using var fixture = Fixture.Start();
        var counter = new Counter(1);
        await using var attachment = await Attach(PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Text)]), counter);
        Assert.False(attachment.Completion.IsCompleted);
        fixture.Target.WriteLine("exit 5000");
        await attachment.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal((5000L, 0UL), (counter.Counts[0], attachment.LostEvents(0)));
    }

    [Theory]
    [InlineData("/proc/{0}/exe")]
    [InlineData("/proc/{0}/root{1}")]
    public async Task The_file_can_be_opened_through_the_process(string openPath)
    {
        using var fixture = Fixture.Start();
        var path = string.Format(CultureInfo.InvariantCulture, openPath, fixture.Target.Pid, fixture.Path);
        var module = new TargetModule(fixture.Path, path, 0);
        var site = new ProbeSite(fixture.At("hit") with { Module = module }, new ExpressionList(Number));
        var counter = new Counter(1);
        await using (await Attach(PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", site)]), counter))
            fixture.Do("hit 4");
        Assert.Equal(4, counter.Counts[0]);
    }

    [Fact]
    public async Task A_process_that_is_gone_is_told_so()
    {
        using var fixture = Fixture.Start();
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Number)]);
        fixture.Target.WriteLine("exit 0");
        fixture.Target.WaitForExit();
        var error = await Assert.ThrowsAsync<TracerException>(async () => await Attach(plan, new Counter(1)));
        Assert.Equal(("ST0407", FailureKind.NotFound), (error.Id, error.Kind));
    }

    private async Task<IProbeAttachment> Attach(TracePlan plan, IEventSink sink) => await _backend.AttachAsync(plan, sink, TestContext.Current.CancellationToken);

    private static (TracePlan Plan, FrameStore Store) CallPlan(Fixture fixture, bool withEntry = true)
    {
        var store = new FrameStore("calls", 1);
        var key = Register(X64Register.Rsp);
        var exit = new ProbeSite(fixture.At("recurse_exit"), new ExpressionList(new SavedExpression(0))) { Restore = new FrameRestore(store, key) };
        var probe = fixture.Probe("return", exit);
        if (withEntry)
            probe = probe with { Companions = [new CompanionSite(fixture.At("recurse"), new FrameSave(store, key, new ExpressionList(Number)))] };
        return (PlanBuilder.Build(fixture.Process, [probe]), store);
    }

    /// <summary>Counts, and takes nothing after the first batch until it is told to hurry, so that the ring overflows.</summary>
    private sealed class SlowSink(int emissions) : IEventSink
    {
        public long[] Counts { get; } = new long[emissions];

        public volatile bool Hurry;

        public void OnEvent(in Core.Records.EventRecord record) => Counts[record.Emission.Index]++;

        public void OnBatchEnd()
        {
            while (!Hurry)
                Thread.Sleep(1);
        }
    }
}
