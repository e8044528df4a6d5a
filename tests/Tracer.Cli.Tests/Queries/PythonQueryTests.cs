using System.Text.Json;
using Tracer.Core.Diagnostics;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Queries;

/// <summary>Counts and times of Python functions against what the program counts itself.</summary>
public sealed class PythonQueryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(BackendChoice.Ebpf)]
    [InlineData(BackendChoice.Ptrace)]
    public Task Calls_by_function_are_the_programs_own(BackendChoice backend) =>
        CheckAsync(["python:function__entry"], TraceQuery.Count("filename", "funcname"), backend, "starts");

    // A generator's times are those of its runs between resumption and yield.
    [Theory]
    [InlineData(BackendChoice.Ebpf)]
    [InlineData(BackendChoice.Ptrace)]
    public Task Times_by_function_are_as_many_as_its_returns_and_yields(BackendChoice backend) =>
        CheckAsync(["python:function"], TraceQuery.Latency("filename, funcname"), backend, "returns");

    [Theory]
    [InlineData("3.9")]
    [InlineData("3.13")]
    [InlineData("3.15-sid")]
    public Task Times_are_those_of_every_version(string build) =>
        CheckAsync(["python:function"], TraceQuery.Latency("filename, funcname"), BackendChoice.Ebpf, "returns", build);

    // All versions take the GIL in one of these ways.
    [Theory]
    [InlineData("2.7")]
    [InlineData("3.8")]
    [InlineData("3.12-stripped")]
    [InlineData("3.15-sid")]
    public async Task Waits_for_the_lock_have_times(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Path.Combine(Repository.PythonPrograms, "lives.py"));
        Assert.StartsWith("ready ", target.ReadLine(Patience), StringComparison.Ordinal);
        var options = new TraceOptions { Probes = ["python:gil__wait"], Backend = BackendChoice.Ebpf, Queries = [TraceQuery.Latency("tid")] };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.WriteLine("alone");
        Assert.Equal("done", target.ReadLine(Patience));
        Assert.Empty(session.ReadAggregations()[0].Rows);
        target.WriteLine("contend");
        Assert.StartsWith("waited ", target.ReadLine(Patience), StringComparison.Ordinal);
        Assert.Equal("done", target.ReadLine(Patience));
        await session.StopAsync();
        // Two busy threads and the main one.
        var rows = session.ReadAggregations()[0].Rows;
        Assert.InRange(rows.Count, 2, 3);
        Assert.All(rows, r => Assert.True(r.Value > 0));
        Assert.Equal((0UL, 0UL), (session.Summarise().Faults, session.Summarise().Drops));
    }

    // Whether a frame starts or goes on is in its memory, which has changed when perf comes to read it.
    [Fact]
    public async Task Perf_refuses_what_it_would_count_wrongly()
    {
        using var target = LiveTarget.Start("/usr/bin/python3.11", ["-I", Path.Combine(Repository.PythonPrograms, "counted.py")]);
        Assert.StartsWith("ready ", target.ReadLine(Patience), StringComparison.Ordinal);
        var options = new TraceOptions { Probes = ["python:function__entry"], Backend = BackendChoice.Perf };
        var failure = await Assert.ThrowsAsync<TracerException>(() => TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken));
        Assert.Contains("too late", failure.Message, StringComparison.Ordinal);
    }

    private static async Task CheckAsync(string[] probes, TraceQuery query, BackendChoice backend, string count, string name = "3.11-debian")
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Path.Combine(Repository.PythonPrograms, "counted.py"));
        Assert.StartsWith("ready ", target.ReadLine(Patience), StringComparison.Ordinal);
        var options = new TraceOptions { Probes = probes, Backend = backend, Queries = [query] };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.WriteLine();
        using var counts = JsonDocument.Parse(target.ReadLine(Patience)["counts ".Length..]);
        Assert.EndsWith("errors=0", target.ReadLine(Patience), StringComparison.Ordinal);
        await session.StopAsync();
        var expected = counts.RootElement.GetProperty("functions").EnumerateArray()
            .GroupBy(f => (File: f.GetProperty("file").GetString()!, Name: f.GetProperty("function").GetString()!), f => f.GetProperty(count).GetInt64())
            .ToDictionary(g => g.Key, g => g.Sum());
        // Other files' functions run too: threading's, and those of the program that prints the counts.
        var files = expected.Keys.Select(k => k.File).ToHashSet();
        var rows = session.ReadAggregations()[0].Rows.Where(r => files.Contains(r.Keys[0].ToString()))
            .ToDictionary(r => (File: r.Keys[0].ToString(), Name: r.Keys[1].ToString()), r => (long)r.Value);
        Assert.Equal(expected.OrderBy(e => e.Key), rows.OrderBy(r => r.Key));
        Assert.Equal((0UL, 0UL), (session.Summarise().Faults, session.Summarise().Drops));
    }
}
