using Tracer.Cli.Tests.Queries;
using Tracer.Linux;
using Xunit;

namespace Tracer.Cli.Tests.Overhead;

/// <summary>What a pause does to what is traced: nothing of it is seen, and nothing that it cut is told wrongly.</summary>
public sealed class PauseTests
{
    public static TheoryData<string> Backends => new("ebpf", "ptrace");

    public static MatrixTheoryData<string, string> Latencies => new(["ebpf", "ptrace"], ["aggregate:work", "framed:work"]);

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Hits_of_a_pause_are_not_seen_and_all_others_are(string name)
    {
        using var target = new AggregateFixture();
        var backend = Backend(name);
        await using var session = await TraceSession.AttachAsync(target.Pid, Options(backend, "aggregate:key", TraceQuery.Count()), TestContext.Current.CancellationToken);
        for (var k = 0; k < 3; k++)
        {
            target.Do("keys 100");
            Assert.Equal(0UL, backend.Attachment.Pause());
            var cost = backend.Attachment.HitNanoseconds;
            target.Do("keys 1000");
            // A hit that is not there costs nothing.
            Assert.Equal(cost, backend.Attachment.HitNanoseconds);
            backend.Attachment.Resume();
        }

        target.Do("keys 7");
        Assert.True(backend.Attachment.HitNanoseconds > 0);
        await session.StopAsync();
        Assert.Equal(307UL, session.Summarise().Hits);
    }

    [Theory]
    [MemberData(nameof(Latencies))]
    public async Task A_call_that_a_pause_cuts_has_no_latency_and_is_counted(string name, string function)
    {
        using var target = new AggregateFixture();
        var backend = Backend(name);
        var options = Options(backend, function, TraceQuery.Latency("arg0")) with { Runtimes = [new FramedRuntime()] };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.Do("enter 1");
        Assert.Equal(1UL, backend.Attachment.Pause());
        // Begun before and over in it; begun in it and over behind it; begun before it and over behind it.
        target.Do("leave 1");
        target.Do("enter 2");
        backend.Attachment.Resume();
        target.Do("leave 2");
        target.Do("enter 3");
        target.Do("leave 3");
        target.Do("enter 4");
        Assert.Equal(1UL, backend.Attachment.Pause());
        backend.Attachment.Resume();
        target.Do("leave 4");
        target.Do("enter 5");
        target.Do("leave 5");
        await session.StopAsync();
        Assert.Equal(["3", "5"], session.ReadAggregations()[0].Rows.Select(r => r.Keys[0].ToString()).Order(StringComparer.Ordinal));
        Assert.All(session.ReadAggregations()[0].Rows, r => Assert.Equal(1UL, r.Count));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_session_may_end_in_a_pause(string name)
    {
        using var target = new AggregateFixture();
        var backend = Backend(name);
        var session = await TraceSession.AttachAsync(target.Pid, Options(backend, "aggregate:key", TraceQuery.Count()), TestContext.Current.CancellationToken);
        backend.Attachment.Pause();
        await session.DisposeAsync();
        backend.Attachment.Resume();
        Assert.Empty(target.Do("keys 10"));
        Assert.Equal(0UL, session.Summarise().Hits);
    }

    private static TraceOptions Options(PausingBackend backend, string probe, TraceQuery query) =>
        // A bound that is never reached: the plan is metered, and only the test pauses.
        new() { Probes = [probe], Backends = [backend], Queries = [query], MaximumOverhead = 99.9 };

    private static PausingBackend Backend(string name) => new(BuiltIn.Backends(LinuxSystemCalls.Instance).Single(b => b.Name == name));
}
