using System.Globalization;
using Tracer.Core.Aggregations;
using Tracer.Core.Diagnostics;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Linux;
using Xunit;

namespace Tracer.Cli.Tests.Queries;

/// <summary>
/// Stacks that are keys, walked by frame pointers in the kernel: native-tests/stacks/paths says how often each of its call paths was taken, and unwinding, by
/// whichever backend, gives the same frames as far as the program's own code goes.
/// </summary>
public sealed class StackWalkTests
{
    // path_end, one function a level, the thread's or main's and what calls that.
    private const int TreeDepth = 4;

    public static TheoryData<BackendChoice, StackWalk, int> Trees() =>
    [
        .. from threads in new[] { 1, 2, 8 }
           from way in new[] { (BackendChoice.Ebpf, StackWalk.Auto), (BackendChoice.Ebpf, StackWalk.Frames), (BackendChoice.Ebpf, StackWalk.Unwind) }
           select (way.Item1, way.Item2, threads),
        (BackendChoice.Perf, StackWalk.Auto, 2),
        (BackendChoice.Perf, StackWalk.Frames, 2),
        (BackendChoice.Ptrace, StackWalk.Auto, 2),
        (BackendChoice.Ptrace, StackWalk.Frames, 2),
    ];

    [Theory]
    [MemberData(nameof(Trees))]
    public async Task Each_path_is_a_row_with_its_own_count_and_calls(BackendChoice backend, StackWalk walk, int threads)
    {
        using var target = new AggregateFixture("stacks/paths");
        // Copies fill the ring: few enough for it, whoever reads it and when.
        var times = backend == BackendChoice.Ebpf && walk != StackWalk.Unwind ? 500 : 2;
        await using var session = await Trace(target, backend, walk, $"tree {threads} {times}", ["ustack", "arg0"], out var lines);
        var rows = session.ReadAggregations()[0].Rows;
        Assert.Equal(lines.Select(l => $"{l[1]} {l[2]}").Order(StringComparer.Ordinal), rows.Select(r => $"{r.Keys[1].Int64} {r.Count}").Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(ExpectedTree((int)row.Keys[1].Int64), Names(session, row)));
        Assert.Equal(0UL, session.Summarise().Overflow);
        Assert.Equal(0UL, session.Summarise().Lost);
    }

    [Theory]
    [InlineData("stacks/paths")]
    [InlineData("stacks/paths-clang")]
    public async Task Both_ways_give_the_same_addresses(string program)
    {
        // So few that their copies fit into the ring, however late they are read.
        var tables = new List<SortedDictionary<string, ulong>>();
        using var target = new AggregateFixture(program);
        foreach (var walk in new[] { StackWalk.Frames, StackWalk.Unwind })
        {
            await using var session = await Trace(target, BackendChoice.Ebpf, walk, "many 50 7", ["ustack"], out _);
            tables.Add(new(session.ReadAggregations()[0].Rows.ToDictionary(r => string.Join(' ', OwnFrames(session, r)), r => r.Count), StringComparer.Ordinal));
        }

        Assert.Equal(50, tables[0].Count);
        Assert.All(tables[0], t => Assert.Equal(7UL, t.Value));
        Assert.Equal(tables[1], tables[0]);
    }

    // The maps have keys of 8, 24, 64 and 127 frames: at each border and beyond the last.
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(62)]
    [InlineData(123)]
    [InlineData(124)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(300)]
    public async Task A_stack_of_any_depth_is_whole_or_as_long_as_stacks_are(int depth)
    {
        using var target = new AggregateFixture("stacks/paths");
        await using var session = await Trace(target, BackendChoice.Ebpf, StackWalk.Frames, $"chain {depth} 3", ["ustack"], out _);
        var row = Assert.Single(session.ReadAggregations()[0].Rows);
        Assert.Equal(3UL, row.Count);
        var names = Names(session, row);
        Assert.Equal(["path_end", .. Enumerable.Repeat("chain", Math.Min(depth, StackUnwinder.DefaultDepth - 1))], names.Where(n => n is "path_end" or "chain"));
        Assert.Equal(depth < StackUnwinder.DefaultDepth - 1, names.Contains("main"));
    }

    [Fact]
    public async Task Stacks_beyond_the_capacity_are_counted()
    {
        const int Capacity = 100, Paths = 1000, Times = 3;
        using var target = new AggregateFixture("stacks/paths");
        await using var session = await Trace(target, BackendChoice.Ebpf, StackWalk.Frames, $"many {Paths} {Times}", ["ustack"], out _, q => q with { MaximumKeys = Capacity });
        var rows = session.ReadAggregations()[0].Rows;
        Assert.Equal(Capacity, rows.Count);
        Assert.All(rows, r => Assert.Equal((ulong)Times, r.Count));
        Assert.Equal((ulong)((Paths - Capacity) * Times), session.Summarise().Overflow);
    }

    [Fact]
    public async Task Callers_that_only_unwinding_finds_are_said_to_be_missing()
    {
        using var target = new AggregateFixture("stacks/paths");
        await using (var session = await Trace(target, BackendChoice.Ebpf, StackWalk.Unwind, "sort 4", ["ustack"], out _))
        {
            var rows = session.ReadAggregations()[0].Rows;
            Assert.Equal(["sort_one", "sort_other"], rows.Select(r => Assert.Single(Names(session, r), n => n.StartsWith("sort_", StringComparison.Ordinal))).Order(StringComparer.Ordinal));
            Assert.All(rows, r => Assert.Equal(4UL, r.Count));
        }

        await using (var session = await Trace(target, BackendChoice.Ebpf, StackWalk.Auto, "sort 4", ["ustack"], out _))
        {
            var row = Assert.Single(session.ReadAggregations()[0].Rows);
            Assert.Equal(8UL, row.Count);
            var frames = session.Stacks.Of(row.Keys[0].Frames!).ToArray();
            Assert.Equal(["path_end", "compare"], frames.Take(2).Select(f => f.Function));
            Assert.True(frames[^1] is { IsGap: true, Module: "libc.so.6" });
            Assert.DoesNotContain(frames, f => f.Function == "main");
        }
    }

    [Fact]
    public async Task Frames_are_walked_where_asked_for_and_the_missing_told()
    {
        using var target = new AggregateFixture("stacks/paths-nofp");
        await using (var session = await Trace(target, BackendChoice.Ebpf, StackWalk.Auto, "tree 1 2", ["ustack", "arg0"], out _))
            Assert.All(session.ReadAggregations()[0].Rows, r => Assert.Equal(ExpectedTree((int)r.Keys[1].Int64), Names(session, r)));
        await using (var session = await Trace(target, BackendChoice.Ebpf, StackWalk.Frames, "tree 1 2", ["ustack", "arg0"], out _))
        {
            var rows = session.ReadAggregations()[0].Rows;
            Assert.Equal(32UL, rows.Aggregate(0UL, (sum, r) => sum + r.Count));
            Assert.All(rows, r => Assert.Contains(session.Stacks.Of(r.Keys[0].Frames!), f => f is { IsGap: true, Module: "paths-nofp" }));
        }
    }

    [Fact]
    public async Task At_a_functions_entry_the_caller_is_there()
    {
        using var target = new AggregateFixture("stacks/paths");
        await using var session = await Trace(target, BackendChoice.Ebpf, StackWalk.Frames, "tree 1 5", ["ustack"], out _, probe: "uprobe:paths:tree_thread");
        var row = Assert.Single(session.ReadAggregations()[0].Rows);
        Assert.Equal(["tree_thread", "start_thread"], session.Stacks.Of(row.Keys[0].Frames!).Where(f => !f.IsGap).Select(f => f.Function));
        await using var leaves = await Trace(target, BackendChoice.Ebpf, StackWalk.Frames, "tree 1 5", ["ustack"], out _, probe: "uprobe:paths:path_end");
        Assert.Equal(1 << TreeDepth, leaves.ReadAggregations()[0].Rows.Count);
        Assert.All(leaves.ReadAggregations()[0].Rows, r => Assert.Equal(TreeDepth + 3, Names(leaves, r).TakeWhile(n => n != "start_thread").Count()));
    }

    [Theory]
    [InlineData("stacks/paths")]
    [InlineData("stacks/paths-nofp")]
    public async Task From_every_instruction_of_a_function_the_caller_is_found(string program)
    {
        var module = Path.GetFileName(program);
        using var target = new AggregateFixture(program);
        var instructions = 0;
        for (var offset = 0; offset < 64; offset++)
        {
            try
            {
                await using var session = await Trace(target, BackendChoice.Ebpf, StackWalk.Frames, "tree 1 1", ["ustack"], out _, probe: $"uprobe:{module}:right+{offset}");
                var rows = session.ReadAggregations()[0].Rows;
                instructions += rows.Count > 0 ? 1 : 0;
                foreach (var names in rows.Select(r => Names(session, r)))
                {
                    Assert.Equal("right", names[0]);
                    Assert.True(names[1] is "left" or "right", $"at +{offset}: {string.Join(' ', names)}");
                    // Without frame pointers nothing but the caller is certain.
                    if (module == "paths")
                        Assert.Equal(["tree_thread", "start_thread"], names.SkipWhile(n => n is "left" or "right"));
                }
            }
            catch (TracerException)
            {
                // No instruction begins there, or one of the padding that the kernel does not probe.
            }
        }

        Assert.InRange(instructions, 8, 64);
    }

    [Fact]
    public async Task A_row_keeps_its_names_when_the_process_has_ended()
    {
        using var target = new AggregateFixture("stacks/paths");
        await using var session = await Trace(target, BackendChoice.Ebpf, StackWalk.Frames, "tree 1 2", ["ustack", "arg0"], out _);
        target.Dispose();
        Assert.All(session.ReadAggregations()[0].Rows, r => Assert.Equal(ExpectedTree((int)r.Keys[1].Int64), Names(session, r)));
    }

    [Fact]
    public async Task Each_interval_has_what_fell_into_it()
    {
        using var target = new AggregateFixture("stacks/paths");
        var options = new TraceOptions { Probes = ["stacks:leaf"], Backend = BackendChoice.Ebpf, Queries = [TraceQuery.Count("ustack")] };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        for (var round = 1; round <= 3; round++)
        {
            target.Do($"tree 1 {round}");
            var rows = session.ReadAggregations(reset: true)[0].Rows;
            Assert.Equal(1 << TreeDepth, rows.Count);
            Assert.All(rows, r => Assert.Equal((ulong)round, r.Count));
        }
    }

    [Theory]
    [InlineData("stacks/paths", true)]
    [InlineData("stacks/paths-clang", true)]
    [InlineData("stacks/paths-nofp", false)]
    [InlineData("stacks/stacks-O0", true)]
    [InlineData("stacks/stacks-fp", false)] // It has them, but nothing says so.
    public void What_a_module_keeps_is_read_from_its_call_frame_information(string program, bool keeps)
    {
        using var fixture = new AggregateFixture(program);
        using var target = new TargetOpener(LinuxSystemCalls.Instance).Open(fixture.Pid);
        var code = new FramePointerCode(target.Code);
        Assert.Equal(!keeps, code.Without.Any(m => m.Path.EndsWith(program, StringComparison.Ordinal)));
        Assert.DoesNotContain(code.Without, m => m.Name == "libc.so.6");
    }

    private static Task<TraceSession> Trace(
        AggregateFixture target, BackendChoice backend, StackWalk walk, string command, IReadOnlyList<string> keys, out IReadOnlyList<string[]> lines,
        Func<TraceQuery, TraceQuery>? change = null, string probe = "stacks:leaf")
    {
        var query = TraceQuery.Count(keys);
        var options = new TraceOptions { Probes = [probe], Backend = backend, StackWalk = walk, Queries = [change is null ? query : change(query)] };
        // No await, for the lines to be given back: a test has a thread of its own.
#pragma warning disable xUnit1031
        var (session, said) = target.TraceAsync(options, command, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
#pragma warning restore xUnit1031
        lines = said;
        return Task.FromResult(session);
    }

    private static string[] Names(TraceSession session, AggregationRow row) =>
        [.. session.Stacks.Of(row.Keys[0].Frames!).Where(f => !f.IsGap).Select(f => f.Function ?? f.ToString()).Where(n => n is not ("clone3" or "__clone3"))];

    private static IEnumerable<string> OwnFrames(TraceSession session, AggregationRow row) => session.Stacks.Of(row.Keys[0].Frames!)
        .TakeWhile(f => f.Module is { } module && module.StartsWith("paths", StringComparison.Ordinal)).Select(f => f.ModuleOffset.ToString("x", CultureInfo.InvariantCulture));

    /// <summary>Innermost first: from the level before the leaf the bits of the path, lowest first, say which function was called.</summary>
    private static string[] ExpectedTree(int path) =>
    [
        "path_end", .. Enumerable.Range(0, TreeDepth).Select(bit => (path >> bit & 1) != 0 ? "right" : "left"), "left", "tree_thread", "start_thread",
    ];
}
