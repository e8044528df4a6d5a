using Tracer.Core.Stacks;
using Xunit;

namespace Tracer.Cli.Tests.Queries;

/// <summary>Stacks of events and as keys: the same frames whichever backend took them, named as the program's source has them.</summary>
public sealed class StackTests
{
    private const int Levels = 4;

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public async Task A_row_for_each_stack_has_the_calls_that_the_program_made(BackendChoice backend)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = ["aggregate:work__entry"], Backend = backend, Queries = [TraceQuery.Count("ustack", "arg0")] };
        var (session, _) = await target.TraceAsync(options, "work 2 10", TestContext.Current.CancellationToken);
        await using var disposed = session;
        var rows = session.ReadAggregations()[0].Rows;
        // A level is called from two places of the level before: each path from the first level on is a stack of its own.
        Assert.Equal((1 << Levels) - 1, rows.Count);
        Assert.All(rows, r => Assert.Equal(20UL, r.Count));
        foreach (var row in rows)
        {
            var names = session.Stacks.Of(row.Keys[0].Frames!).Select(f => f.Function ?? f.ToString()).ToArray();
            var level = (int)row.Keys[1].Int64;
            Assert.Equal(Enumerable.Repeat("work", level + 1), names.TakeWhile(n => n == "work"));
            Assert.Equal("work_thread", names[level + 1]);
            Assert.Contains("start_thread", names);
        }

        Assert.Equal(0UL, session.Summarise().Lost);
    }

    [Fact]
    public async Task Events_have_the_same_stack_under_every_backend()
    {
        var seen = new List<string>();
        foreach (var backend in new[] { BackendChoice.Ebpf, BackendChoice.Perf, BackendChoice.Ptrace })
        {
            using var target = new AggregateFixture();
            var options = new TraceOptions { Probes = ["aggregate:key"], Backend = backend, StackBytes = 8192 };
            var (session, _) = await target.TraceAsync(options, "keys 3", TestContext.Current.CancellationToken);
            await using var disposed = session;
            var events = new List<string>();
            await foreach (var e in session.Events)
                events.Add(string.Join(' ', session.Stacks.Of(e["ustack"].Frames!).Select(f => $"{f.Function}+{f.FunctionOffset}{(f.IsInlined ? "i" : "")}")));
            Assert.Equal(3, events.Count);
            Assert.Single(events.Distinct());
            seen.Add(events[0]);
        }

        Assert.Single(seen.Distinct());
        Assert.Contains("main+", seen[0], StringComparison.Ordinal);
        Assert.Contains("_start+", seen[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_capture_that_is_cut_short_has_no_frames()
    {
        var walker = new StackWalker(new Core.Targets.ModuleMap([]), new NoMemory());
        Assert.True(walker.Walk(new byte[StackCapture.HeaderSize - 1], out var end).IsEmpty);
        Assert.Equal(StackEnd.MemoryUnreadable, end);
    }

    private sealed class NoMemory : Core.Targets.ITargetMemory
    {
        public int Read(ulong address, Span<byte> destination) => 0;
    }
}
