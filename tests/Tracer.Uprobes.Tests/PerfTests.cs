using System.Globalization;
using Tracer.Core.Backends;
using Tracer.Core.Diagnostics;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Core.Records;
using Tracer.Elf;
using Tracer.Uprobes.Perf;
using static Tracer.Core.Expressions.Build;

namespace Tracer.Uprobes.Tests;

/// <summary>The backend "perf" on live programs: counts that must be exact, what attaching does to the target and what it must not do.</summary>
public class PerfTests
{
    private static readonly Expression Number = Register(X64Register.Rdi);
    private static readonly Expression Text = CString(Register(X64Register.Rsi));

    [Theory]
    [InlineData(1, 10_000)]
    [InlineData(2, 5_000)]
    [InlineData(8, 2_500)]
    public async Task Threads_born_after_attaching_are_counted_exactly_and_other_processes_not_at_all(int threads, int each)
    {
        using var fixture = Fixture.Start();
        var counter = new Counter(1);
        await using var attachment = await Attach(PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Number)]), counter);
        fixture.Do($"threads {threads} {each}");
        Assert.Equal("1 42", fixture.Do("fork 100").Answer);
        await attachment.StopAsync();
        Assert.Equal((ulong)(threads * each), (ulong)counter.Counts[0] + attachment.LostEvents(0));
        Assert.Equal(0UL, attachment.LostEvents(0));
    }

    [Fact]
    public async Task Values_are_those_of_the_other_executor_and_what_comes_from_memory_is_late()
    {
        using var fixture = Fixture.Start();
        var before = fixture.Code();
        Expression[] values = [.. RandomExpressions.Registers.Select(Register), Text, Register(X64Register.Rip), LoadPointer(Constant(fixture.Data)), Register(X64Register.FsBase)];
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", values)]);
        var perf = new LateCollector();
        await using (await Attach(plan, perf))
        {
            fixture.Do($"args 11 {fixture.Data + 1} 13 14 15 16");
            fixture.Do("hit 1");
        }

        var ebpf = new LateCollector();
        await using (await new EbpfBackend().AttachAsync(plan, ebpf, TestContext.Current.CancellationToken))
        {
            fixture.Do($"args 11 {fixture.Data + 1} 13 14 15 16");
            fixture.Do("hit 1");
        }

        Assert.Equal(2, perf.Events.Count);
        var late = values.Length - 3;
        for (var e = 0; e < 2; e++)
        {
            for (var k = 0; k < values.Length - 1; k++)
                Assert.Equal(ebpf.Events[e][k] with { IsLate = false }, perf.Events[e][k] with { IsLate = false });
            Assert.Equal(EvaluationStatus.Unavailable, perf.Events[e][^1].Status);
            Assert.All(ebpf.Events[e], v => Assert.False(v.IsLate));
        }

        Assert.Equal([late - 1, late + 1], perf.Events[0].Select((v, k) => (v.IsLate, k)).Where(v => v.IsLate).Select(v => v.k));
        Assert.Equal(fixture.At("hit").Address, perf.Events[0][late].Bits);
        Assert.Equal(before, fixture.Code());
    }

    [Fact]
    public async Task Semaphores_of_sites_and_activations_are_raised_while_attached_and_lowered_after()
    {
        using var fixture = Fixture.Start();
        Assert.Equal("0", fixture.Do("semaphore").Answer);
        var site = new ProbeSite(fixture.At("hit"), new ExpressionList(Number)) { Semaphore = fixture.Semaphore };
        await using (await Attach(PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", site)]), new Counter(1)))
            Assert.Equal("1", fixture.Do("semaphore").Answer);
        Assert.Equal("0", fixture.Do("semaphore").Answer);
        var probe = fixture.Probe("other", "other", Number) with { Activations = [new Activation(fixture.Semaphore, fixture.At("idle"))] };
        await using (await Attach(PlanBuilder.Build(fixture.Process, [probe]), new Counter(1)))
            Assert.Equal("1", fixture.Do("semaphore").Answer);
        Assert.Equal("0", fixture.Do("semaphore").Answer);
    }

    [Fact]
    public async Task Entries_and_exits_are_paired_in_threads_that_move_between_CPUs()
    {
        using var fixture = Fixture.Start();
        var store = new FrameStore("calls", 1);
        var key = Register(X64Register.Rsp);
        var exit = new ProbeSite(fixture.At("recurse_exit"), new ExpressionList(new SavedExpression(0))) { Restore = new FrameRestore(store, key) };
        var probe = fixture.Probe("return", exit) with { Companions = [new CompanionSite(fixture.At("recurse"), new FrameSave(store, key, new ExpressionList(Number)))] };
        var collector = new Collector();
        await using var attachment = await Attach(PlanBuilder.Build(fixture.Process, [probe]), collector);
        const int Rounds = 40;
        var gate = Linux.LinuxSystemCalls.Instance;
        for (var k = 0; k < Rounds; k++)
        {
            fixture.Target.WriteLine("recurse 200");
            Linux.ProcessCalls.SetAffinity(gate, fixture.Target.Pid, Linux.CpuSet.Of(k % Math.Min(2, Environment.ProcessorCount)));
            fixture.Target.ReadLine(TimeSpan.FromSeconds(10));
        }

        await attachment.StopAsync();
        Assert.Equal(Enumerable.Range(0, Rounds).SelectMany(_ => Enumerable.Range(0, 201).Select(v => (ulong)v)), collector.Values.Select(v => v[0].Bits));
        Assert.Equal(0UL, attachment.LostFrames);
    }

    [Fact]
    public async Task Delivered_and_lost_are_together_what_fired_when_the_reader_stalls()
    {
        using var fixture = Fixture.Start();
        var sink = new StallingSink();
        await using var attachment = await Attach(PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Number), fixture.Probe("other", "other", Number)]), sink);
        fixture.Do("hit 1");
        Assert.True(sink.Stalled.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        const ulong Fired = 100_000;
        fixture.Do($"threads 2 {Fired / 2}");
        fixture.Do("other 10");
        sink.Go.Set();
        await attachment.StopAsync();
        var lost = attachment.LostEvents(0);
        Assert.Equal(Fired + 1, (ulong)sink.Counts[0] + lost);
        Assert.Equal(10UL, (ulong)sink.Counts[1] + attachment.LostEvents(1));
        Assert.True(lost > 0);
        TestContext.Current.SendDiagnosticMessage($"{lost} of {Fired} lost");
    }

    [Fact]
    public async Task Names_are_those_of_the_hit()
    {
        using var fixture = Fixture.Start();
        var collector = new Collector();
        await using (await Attach(PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Number)]), collector))
            fixture.Do("threads 2 2");
        Assert.Equal(4, collector.Events.Count);
        Assert.All(collector.Events, e => Assert.Equal("fixture", e.Comm));
        Assert.Equal(2, collector.Events.Select(e => e.Tid).Distinct().Count());
        Assert.All(collector.Events, e => Assert.Equal(fixture.Target.Pid, e.Pid));
        Assert.Equal(collector.Events.Select(e => e.Time).Order(), collector.Events.Select(e => e.Time));
    }

    [Fact]
    public async Task Completion_comes_when_the_target_exits_and_all_its_events_are_there()
    {
        using var fixture = Fixture.Start();
        var counter = new Counter(1);
        await using var attachment = await Attach(PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Number)]), counter);
        fixture.Target.WriteLine("exit 5000");
        await attachment.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal((5000L, 0UL), (counter.Counts[0], attachment.LostEvents(0)));
    }

    [Fact]
    public async Task When_a_site_in_the_middle_is_refused_the_others_are_taken_back()
    {
        using var fixture = Fixture.Start();
        var before = fixture.Code();
        var outside = new ProbeSite(new CodeLocation(fixture.Module, 1UL << 40, 0), new ExpressionList(Number));
        var plan = PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", Number), fixture.Probe("outside", outside)]);
        var error = await Assert.ThrowsAsync<TracerException>(async () => await Attach(plan, new Counter(2)));
        Assert.Equal("ST0507", error.Id);
        Assert.Equal(before, fixture.Code());
    }

    [Fact(Explicit = true)]
    public async Task Nanoseconds_per_hit_and_milliseconds_to_detach()
    {
        using var fixture = Fixture.Start();
        var report = new List<string>();
        foreach (IProbeBackend backend in (IProbeBackend[])[new PerfBackend(), new EbpfBackend()])
        {
            foreach (var (name, values) in new (string, Expression[])[] { ("number", [Number]), ("number and text", [Number, Text]) })
            {
                var counter = new Counter(1);
                var attachment = await backend.AttachAsync(PlanBuilder.Build(fixture.Process, [fixture.Probe("hit", "hit", values)]), counter, TestContext.Current.CancellationToken);
                var best = Enumerable.Range(0, 5).Min(_ => fixture.Do("hit 20000").Nanoseconds / 20_000.0);
                var clock = System.Diagnostics.Stopwatch.StartNew();
                await attachment.StopAsync();
                report.Add(string.Create(CultureInfo.InvariantCulture, $"{backend.Name} {name}: {best:F0} ns/hit, lost {attachment.LostEvents(0)} of 100000, detach {clock.ElapsedMilliseconds} ms"));
            }
        }

        TestContext.Current.SendDiagnosticMessage(string.Join("; ", report));
    }

    private static async Task<IProbeAttachment> Attach(TracePlan plan, IEventSink sink) =>
        await new PerfBackend().AttachAsync(plan, sink, TestContext.Current.CancellationToken);

    private sealed record LateValue(EvaluationStatus Status, ulong Bits, string Text, bool IsLate);

    private sealed class LateCollector : IEventSink
    {
        public List<LateValue[]> Events { get; } = [];

        public void OnEvent(in EventRecord record)
        {
            var values = new List<LateValue>();
            foreach (var value in record)
                values.Add(new LateValue(value.Status, value.Bits, System.Text.Encoding.Latin1.GetString(value.TextBytes), value.IsLate));
            Events.Add([.. values]);
        }

        public void OnBatchEnd()
        {
        }
    }

    /// <summary>Takes one event and then waits until it is let go.</summary>
    private sealed class StallingSink : IEventSink
    {
        public long[] Counts { get; } = new long[2];

        public ManualResetEventSlim Stalled { get; } = new();

        public ManualResetEventSlim Go { get; } = new();

        public void OnEvent(in EventRecord record)
        {
            Counts[record.Emission.Index]++;
            Stalled.Set();
            Go.Wait();
        }

        public void OnBatchEnd()
        {
        }
    }
}
