using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Tracer.Allocations;
using Tracer.Core.Backends;
using Tracer.Core.Records;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Allocations;

/// <summary>Traces native-tests/python/memory.py, which knows how much memory each of its functions asks for and keeps.</summary>
public sealed class AllocationTests
{
    // What a bytearray is beside its bytes: PyByteArrayObject.
    private const ulong LargestObject = 64;

    // Beside its blocks, small() asks for what range() is, in each of its 20 rounds; 2.7's is a list.
    private const ulong SmallBlocks = 20 * 5;
    private const ulong SmallSlack = 20 * 2048;

    public static TheoryData<string, string> Cases() =>
        [.. Pythons.Names.Select(n => (n, "ebpf")), .. new[] { "2.7", "3.9", "3.11-debian", "3.13" }.Select(n => (n, "ptrace"))];

    // gcc compiles Debian's with a profile and with link-time optimisation.
    private static bool SeesSmallBlocks(string name) => !name.Contains("debian", StringComparison.Ordinal) && !name.Contains("sid", StringComparison.Ordinal);

    public static TheoryData<string> BuildsWithTracemalloc() => ["3.6", "3.9", "3.11-debian", "3.13", "3.15-sid"];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Memory_is_put_down_to_the_functions_that_ask_for_it(string name, string backend)
    {
        var (json, report) = await Trace(name, new AllocationOptions(), backend);
        Assert.NotNull(json);
        foreach (var function in JsonDocument.Parse(json).RootElement.EnumerateObject())
        {
            var (blocks, bytes, kept) = (function.Value[0].GetUInt64(), function.Value[1].GetUInt64(), function.Value[2].GetInt64());
            if (function.Name == "small")
            {
                Assert.Equal(SeesSmallBlocks(name), report.SeesSmallBlocks);
                if (!report.SeesSmallBlocks)
                {
                    Assert.Contains("callers", report.SmallBlocksProblem, StringComparison.Ordinal);
                    continue;
                }
            }

            var row = Assert.Single(report.Rows, r => r.Function?.Split('.')[^1] == function.Name && r.FileName!.EndsWith("memory.py", StringComparison.Ordinal));
            // The objects around the bytes, and the numbers that count them, are blocks of Python's own allocator, which are seen or not.
            var slack = function.Name == "small" ? SmallSlack : blocks * LargestObject + 1024;
            Assert.InRange(row.Allocations, blocks, function.Name == "small" ? blocks + SmallBlocks : 3 * blocks + 16);
            Assert.InRange(row.Bytes, bytes, bytes + (2 * slack));
            Assert.InRange(row.Growth, kept, kept + (long)slack);
        }

        Assert.DoesNotContain(report.Rows, r => r.Unknown?.Contains("lost", StringComparison.Ordinal) == true);
    }

    [Theory]
    [MemberData(nameof(BuildsWithTracemalloc))]
    public async Task Growth_by_line_is_that_of_tracemalloc(string name)
    {
        var counted = TracedByPython(name).EnumerateObject().Where(p => p.Name != "stacks")
            .ToDictionary(p => int.Parse(p.Name, CultureInfo.InvariantCulture), p => p.Value.GetInt64());
        var (_, report) = await Trace(name, new AllocationOptions { By = AllocationBy.Line }, "ebpf");
        Assert.True(counted.Count >= 3);
        foreach (var (line, size) in counted)
        {
            var growth = report.Rows.Where(r => r.Line == line && r.FileName!.EndsWith("memory.py", StringComparison.Ordinal)).Sum(r => r.Growth);
            AssertIsAsCounted(report, size, growth);
        }
    }

    [Theory]
    [MemberData(nameof(BuildsWithTracemalloc))]
    public async Task Growth_by_stack_is_that_of_tracemalloc(string name)
    {
        var counted = TracedByPython(name).GetProperty("stacks").EnumerateArray()
            .ToDictionary(s => string.Join(' ', s[0].EnumerateArray().Select(f => $"{f[0]}:{f[1]}")), s => s[1].GetInt64());
        var (_, report) = await Trace(name, new AllocationOptions { By = AllocationBy.Stack }, "ebpf");
        // keeps, method, in_thread, and leaf by four ways.
        Assert.True(counted.Count >= 7);
        foreach (var (stack, size) in counted)
        {
            var row = report.Rows.SingleOrDefault(r => !r.IsCut && stack == string.Join(' ', r.Stack.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.FileName}:{f.Line}"))));
            Assert.True(row is not null, $"{stack} is not among\n{string.Join("\n", report.Rows.Select(r => string.Join(' ', r.Stack.Select(f => $"{f.FileName}:{f.Line}"))))}");
            AssertIsAsCounted(report, size, row.Growth);
        }
    }

    public static TheoryData<string, string> InclusiveCases() => [.. Pythons.Names.Select(n => (n, "ebpf")), .. new[] { "2.7", "3.11-debian" }.Select(n => (n, "ptrace"))];

    [Theory]
    [MemberData(nameof(InclusiveCases))]
    public async Task Inclusive_numbers_are_those_of_all_stacks_with_the_function(string name, string backend)
    {
        const long Leaf = 20 * 7001;
        var (_, report) = await Trace(name, new AllocationOptions { Inclusive = true }, backend);
        foreach (var (function, growth, own) in new[] { ("leaf", 4 * Leaf, 4 * Leaf), ("first", Leaf, 0), ("second", 2 * Leaf, 0), ("deep", Leaf, 0), ("calls", 4 * Leaf, 0) })
        {
            var row = Assert.Single(report.Rows, r => r.Function == function && r.FileName!.EndsWith("memory.py", StringComparison.Ordinal));
            // The bytearrays' objects; frames of deep() where they are objects.
            var slack = (growth / 7001 * (long)LargestObject) + 8192;
            Assert.InRange(row.Inclusive!.Value.Growth, growth, growth + slack);
            Assert.InRange(row.Own.Growth, own, own + slack);
        }

        Assert.Equal(0UL, report.Nameless.Allocations);
        Assert.Equal(0UL, report.Cut.Allocations);
        var whole = Assert.Single(report.Rows, r => r.Function == "<module>" && r.FileName!.EndsWith("memory.py", StringComparison.Ordinal));
        Assert.True(whole.Inclusive!.Value.Bytes >= (ulong)(4 * Leaf) + (20 * 50 * (5001 + 3001)));
    }

    // Their code objects have the addresses, and mostly the names', of those before them.
    [Theory]
    [InlineData("2.7")]
    [InlineData("3.8")]
    [InlineData("3.11-debian")]
    [InlineData("3.13")]
    [InlineData("3.15-sid")]
    public async Task A_function_made_where_another_was_freed_is_another(string name)
    {
        var (_, report) = await Trace(name, new AllocationOptions(), "ebpf", "passing.py");
        for (var k = 1000; k < 1200; k++)
        {
            var row = Assert.Single(report.Rows, r => r.Function == $"passing{k}");
            // And the list that it is put into grows.
            Assert.InRange(row.Bytes, 9001UL, 9001UL + 4096);
        }
    }

    [Theory]
    [InlineData("3.8", "ebpf")]
    [InlineData("3.11-debian", "ebpf")]
    [InlineData("3.11-debian", "ptrace")]
    [InlineData("3.15-sid", "ebpf")]
    public async Task A_stack_that_is_deeper_than_what_is_recorded_is_said_to_be_cut(string name, string backend)
    {
        var (_, report) = await Trace(name, new AllocationOptions { By = AllocationBy.Stack }, backend, "passing.py");
        var row = Assert.Single(report.Rows, r => r.Bytes is >= 500001 and < 504000);
        Assert.True(row.IsCut);
        Assert.All(row.Stack, f => Assert.Equal("deep", f.Function));
        Assert.InRange(row.Stack.Count, 24, 64);
        Assert.InRange(report.Cut.Bytes, 500001UL, 600000UL);
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public async Task Functions_whose_numbers_are_the_same_are_said_to_be(string backend)
    {
        var (json, report) = await Trace("3.11-debian", new AllocationOptions { NumberMask = 0 }, backend);
        var bytes = JsonDocument.Parse(json!).RootElement.EnumerateObject().Where(f => f.Name is not ("small" or "large")).Aggregate(0UL, (sum, f) => sum + f.Value[1].GetUInt64());
        // Only the first keeps its name.
        var named = Assert.Single(report.Rows, r => r.Unknown is null);
        Assert.InRange(report.Nameless.Bytes, bytes, report.Total.Bytes - named.Bytes);
    }

    [Theory]
    [InlineData("2.7", "ebpf")]
    [InlineData("3.9", "ebpf")]
    [InlineData("3.9", "ptrace")]
    [InlineData("3.13-sid", "ebpf")]
    [InlineData("3.13-sid", "ptrace")]
    public async Task Blocks_of_the_C_library_are_followed_also_where_a_call_fails_or_is_not_seen(string name, string backend)
    {
        var (json, report) = await Trace(name, new AllocationOptions(), backend, "blocks.py");
        var told = JsonDocument.Parse(json!).RootElement;
        Assert.All(told.GetProperty("done").EnumerateArray(), d => Assert.True(d.ValueKind == JsonValueKind.Number ? d.GetInt32() > 1 : d.GetBoolean(), $"the program did not come to do it: {json}"));
        foreach (var function in told.EnumerateObject().Where(p => p.Name != "done"))
        {
            var (blocks, bytes, kept) = (function.Value[0].GetUInt64(), function.Value[1].GetUInt64(), function.Value[2].GetInt64());
            var row = Assert.Single(report.Rows, r => r.Function == function.Name);
            // What ctypes itself asks for is small.
            const ulong Slack = 64 * 1024;
            Assert.InRange(row.Allocations, blocks, blocks + 400);
            Assert.InRange(row.Bytes, bytes, bytes + Slack);
            Assert.InRange(row.Growth, kept, kept + (long)Slack);
        }

        Assert.Equal(1UL, report.MissedFrees);
    }

    // The stack of who asks, which the runtime could tell too, is a picture of many kilobytes that no row shows.
    [Theory]
    [InlineData(AllocationBy.Function)]
    [InlineData(AllocationBy.Line)]
    public async Task Nothing_is_recorded_of_a_function_but_what_names_it(AllocationBy by)
    {
        var build = Pythons.Get("3.11-debian");
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script("memory.py"));
        target.ReadLine(TimeSpan.FromSeconds(60));
        var told = new ValueNames();
        var options = new TraceOptions { Probes = [], Allocations = new AllocationOptions { By = by }, Backend = BackendChoice.Ebpf, Sink = told };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.WriteLine();
        target.ReadLine(TimeSpan.FromSeconds(60));
        await session.StopAsync();
        string[] names = ["owner", "pyfile", "pyfunc", .. by == AllocationBy.Line ? new[] { "pyline" } : [], "pyqualname"];
        Assert.Equal(names, told.Seen.Order());
    }

    [Fact]
    public void The_command_prints_a_row_for_each_function()
    {
        var build = Pythons.Get("3.11-debian");
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script("memory.py"));
        target.ReadLine(TimeSpan.FromSeconds(60));
        using var command = Command.Start(Repository.Command, "alloc", $"{target.Pid}", "--by", "line", "--inclusive", "--json", "--top", "3");
        // The process ends when it is told to, and the trace with it.
        Assert.StartsWith($"Attached to {target.Pid}", command.StandardError.ReadLine(), StringComparison.Ordinal);
        target.WriteLine();
        target.ReadLine(TimeSpan.FromSeconds(60));
        target.WriteLine();
        var output = command.StandardOutput.ReadToEnd();
        command.WaitForExit();
        Assert.Equal(0, command.ExitCode);
        var records = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["allocation", "allocation", "allocation", "allocationSummary"], records.Select(r => r.GetProperty("type").GetString()!));
        var rows = records[..^1].Select(r => r.GetProperty("data")).ToArray();
        Assert.Contains(rows, r => r.GetProperty("inclusive").GetProperty("bytes").GetInt64() > r.GetProperty("bytes").GetInt64());
        Assert.All(rows, r => Assert.True(r.GetProperty("line").GetInt32() > 0));
        var summary = records[^1].GetProperty("data");
        Assert.Equal(3, summary.GetProperty("rows").GetInt32());
        Assert.True(summary.GetProperty("allRows").GetInt32() > 10);
        // gives_back, keeps, large, method, in_thread and leaf.
        Assert.True(summary.GetProperty("total").GetProperty("bytes").GetInt64() > 20 * ((50 * (5001 + 3001)) + 300001 + (10 * 20001)));
        foreach (var zero in new[] { "lost", "drops", "overflow", "faults", "missedFrees" })
            Assert.Equal(0, summary.GetProperty(zero).GetInt64());
        Assert.Equal(0, summary.GetProperty("nameless").GetProperty("blocks").GetInt64());

        var other = Command.Run("alloc", $"{Environment.ProcessId}");
        Assert.Equal(5, other.ExitCode);
        Assert.Contains("[ST0221]", other.Error, StringComparison.Ordinal);
    }

    private sealed class ValueNames : IEventSink
    {
        public HashSet<string> Seen { get; } = [];

        public void OnEvent(in EventRecord record)
        {
            foreach (var value in record)
                Seen.Add(value.Planned.Name);
        }

        public void OnBatchEnd()
        {
        }
    }

    private static async Task<(string? Json, AllocationReport Report)> Trace(string name, AllocationOptions options, string backend, string script = "memory.py")
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script(script));
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        await using var trace = await AllocationTrace.AttachAsync(
            target.Pid, options with { Backend = backend == "ebpf" ? BackendChoice.Ebpf : BackendChoice.Ptrace }, TestContext.Current.CancellationToken);
        target.WriteLine();
        var line = target.ReadLine(TimeSpan.FromSeconds(120));
        await trace.Session.StopAsync();
        var summary = trace.Session.Summarise();
        Assert.Equal((0UL, 0UL, 0UL, 0UL), (summary.Lost, summary.Drops, summary.Overflow, summary.Faults));
        return (line, trace.Read());
    }

    /// <summary>What tracemalloc counts of the program when nobody else looks.</summary>
    private static JsonElement TracedByPython(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var control = build.Start(Script("memory.py"), ["--tracemalloc"]);
        control.ReadLine(TimeSpan.FromSeconds(60));
        control.WriteLine();
        return JsonDocument.Parse(control.ReadLine(TimeSpan.FromSeconds(60))).RootElement;
    }

    // tracemalloc counts the objects too.
    private static void AssertIsAsCounted(AllocationReport report, long size, long growth) => Assert.InRange(growth, size * (report.SeesSmallBlocks ? 0.999 : 0.97), size * 1.001);

    private static string Script(string name, [CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", name));
}
