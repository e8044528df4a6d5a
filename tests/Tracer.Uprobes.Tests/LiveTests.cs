using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Core.Plans;
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

    private async Task<Collector> Trace(TracePlan plan, Action action)
    {
        var collector = new Collector();
        await using (var attachment = await _backend.AttachAsync(plan, collector, TestContext.Current.CancellationToken))
        {
            action();
            await attachment.StopAsync();
            Assert.All(plan.Emissions, e => Assert.Equal(0UL, attachment.LostEvents(e.Index)));
            Assert.Equal(0UL, attachment.LostFrames);
        }

        return collector;
    }
}
