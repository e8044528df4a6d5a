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

    public static TheoryData<string, string> Cases() =>
        [.. Pythons.Names.Select(n => (n, "ebpf")), .. new[] { "2.7", "3.9", "3.11-debian", "3.13" }.Select(n => (n, "ptrace"))];

    public static TheoryData<string> BuildsWithTracemalloc() => ["3.6", "3.9", "3.11-debian", "3.13", "3.15-sid"];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Memory_is_put_down_to_the_functions_that_ask_for_it(string name, string backend)
    {
        var (json, report) = await Trace(name, AllocationBy.Function, backend);
        Assert.NotNull(json);
        foreach (var function in JsonDocument.Parse(json).RootElement.EnumerateObject())
        {
            var (blocks, bytes, kept) = (function.Value[0].GetUInt64(), function.Value[1].GetUInt64(), function.Value[2].GetInt64());
            var row = Assert.Single(report.Rows, r => r.Function?.Split('.')[^1] == function.Name && r.FileName!.EndsWith("memory.py", StringComparison.Ordinal));
            // The objects around the bytes, and the numbers that count them, are blocks of Python's own allocator, which are seen or not.
            var slack = blocks * LargestObject + 1024;
            Assert.InRange(row.Allocations, blocks, 3 * blocks + 16);
            Assert.InRange(row.Bytes, bytes, bytes + (2 * slack));
            Assert.InRange(row.Growth, kept, kept + (long)slack);
        }

        Assert.DoesNotContain(report.Rows, r => r.Unknown?.Contains("lost", StringComparison.Ordinal) == true);
    }

    [Theory]
    [MemberData(nameof(BuildsWithTracemalloc))]
    public async Task Growth_by_line_is_that_of_tracemalloc(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var control = build.Start(Script(), ["--tracemalloc"]);
        control.ReadLine(TimeSpan.FromSeconds(60));
        control.WriteLine();
        var counted = JsonDocument.Parse(control.ReadLine(TimeSpan.FromSeconds(60))).RootElement.EnumerateObject()
            .ToDictionary(p => int.Parse(p.Name, CultureInfo.InvariantCulture), p => p.Value.GetInt64());
        var (_, report) = await Trace(name, AllocationBy.Line, "ebpf");
        Assert.True(counted.Count >= 3);
        foreach (var (line, size) in counted)
        {
            var growth = report.Rows.Where(r => r.Line == line && r.FileName!.EndsWith("memory.py", StringComparison.Ordinal)).Sum(r => r.Growth);
            // tracemalloc counts the objects too.
            Assert.InRange(growth, size * (report.SeesSmallBlocks ? 0.999 : 0.97), size * 1.001);
        }
    }

    // The stack of who asks, which the runtime could tell too, is a picture of many kilobytes that no row shows.
    [Theory]
    [InlineData(AllocationBy.Function)]
    [InlineData(AllocationBy.Line)]
    public async Task Nothing_is_recorded_of_a_function_but_what_names_it(AllocationBy by)
    {
        var build = Pythons.Get("3.11-debian");
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script());
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
        using var target = build.Start(Script());
        target.ReadLine(TimeSpan.FromSeconds(60));
        using var command = Command.Start(Repository.Command, "alloc", $"{target.Pid}", "--json");
        // The process ends when it is told to, and the trace with it.
        Assert.StartsWith($"Attached to {target.Pid}", command.StandardError.ReadLine(), StringComparison.Ordinal);
        target.WriteLine();
        target.ReadLine(TimeSpan.FromSeconds(60));
        target.WriteLine();
        var output = command.StandardOutput.ReadToEnd();
        command.WaitForExit();
        Assert.Equal(0, command.ExitCode);
        Assert.Contains("\"function\":\"Held.method\"", output, StringComparison.Ordinal);

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

    private static async Task<(string? Json, AllocationReport Report)> Trace(string name, AllocationBy by, string backend)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script());
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        await using var trace = await AllocationTrace.AttachAsync(
            target.Pid, new AllocationOptions { By = by, Backend = backend == "ebpf" ? BackendChoice.Ebpf : BackendChoice.Ptrace }, TestContext.Current.CancellationToken);
        target.WriteLine();
        var line = target.ReadLine(TimeSpan.FromSeconds(120));
        await trace.Session.StopAsync();
        var summary = trace.Session.Summarise();
        Assert.Equal((0UL, 0UL, 0UL, 0UL), (summary.Lost, summary.Drops, summary.Overflow, summary.Faults));
        return (line, trace.Read());
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "memory.py"));
}
