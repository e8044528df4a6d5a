using System.Collections.Concurrent;
using System.Globalization;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Following;

/// <summary>What a process forks, executes and loads, against the counts of the processes themselves.</summary>
public sealed class FamilyTests
{
    private const string Function = "uprobe:libwork.so:work_hit";
    private const string Note = "work:hit";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A prefork server: children that fork, have threads, or execute themselves three times over, while another program hits the same library all the time.</summary>
    [Theory]
    [InlineData(Function)]
    [InlineData(Note)]
    public async Task Every_process_of_a_family_is_counted_from_its_first_instruction_and_no_other(string probe)
    {
        using var other = LiveTarget.Start(Repository.Fixture("family/family"), ["other"]);
        using var target = LiveTarget.Start(Repository.Fixture("family/family"), ["prefork", "50", "100", "3"]);
        Assert.Equal("ready", other.ReadLine(Patience));
        Assert.Equal("ready", target.ReadLine(Patience));
        other.WriteLine();
        var sink = new CountingSink();
        await using var session = await TraceSession.AttachAsync(target.Pid, new TraceOptions { Probes = [probe], Follow = true, Sink = sink }, Cancelled);
        target.WriteLine();
        var counts = Counts(target);
        Assert.InRange(counts.Count, 51, 1000);
        await session.Completion.WaitAsync(Patience, Cancelled);
        await session.StopAsync();
        var summary = session.Summarise();
        Assert.Equal((0UL, 0UL), (summary.Lost, summary.Gaps));
        Assert.Equal(counts.OrderBy(c => c.Key), sink.Events.Select(e => KeyValuePair.Create(e.Key, (long)e.Value)).OrderBy(c => c.Key));
    }

    [Fact]
    public async Task Counts_by_process_are_those_of_the_processes()
    {
        using var target = LiveTarget.Start(Repository.Fixture("family/family"), ["prefork", "10", "200", "2"]);
        Assert.Equal("ready", target.ReadLine(Patience));
        var options = new TraceOptions { Probes = [Function], Follow = true, Queries = [TraceQuery.Count("pid")] };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, Cancelled);
        target.WriteLine();
        var counts = Counts(target);
        await session.Completion.WaitAsync(Patience, Cancelled);
        await session.StopAsync();
        var rows = Assert.Single(session.ReadAggregations()).Rows;
        Assert.Equal(counts.OrderBy(c => c.Key), rows.Select(r => KeyValuePair.Create((int)r.Keys[0].Int64, (long)r.Count)).OrderBy(c => c.Key));
        Assert.Equal((ulong)counts.Sum(c => c.Value), session.Summarise().Hits);
    }

    /// <summary>A library that is not there at attach; each time it lies elsewhere, and its constructor is the first that calls.</summary>
    [Theory]
    [InlineData(Function)]
    [InlineData(Note)]
    public async Task A_library_is_traced_from_its_constructor_on_each_time_it_is_loaded(string probe)
    {
        using var target = LiveTarget.Start(Repository.Fixture("family/opens"), [Repository.Fixture("family/libwork.so"), "4", "250"]);
        Assert.Equal("ready", target.ReadLine(Patience));
        var sink = new CountingSink();
        await using var session = await TraceSession.AttachAsync(target.Pid, new TraceOptions { Probes = [probe], Follow = true, Sink = sink }, Cancelled);
        Assert.Empty(session.Probes);
        target.WriteLine();
        Assert.Equal($"{target.Pid} {4 * (250 + 2)}", target.ReadLine(Patience));
        Assert.Equal($"{target.Pid} 4", target.ReadLine(Patience));
        await session.Completion.WaitAsync(Patience, Cancelled);
        await session.StopAsync();
        Assert.Equal(4 * (250 + 2), sink.Events[target.Pid]);
        Assert.Equal(0UL, session.Summarise().Gaps);
    }

    /// <summary>Started by sharptrace, in programs whose files lie elsewhere in each process.</summary>
    [Fact]
    public async Task A_command_is_followed_from_its_first_instruction()
    {
        var directory = Directory.CreateTempSubdirectory("sharptrace-family-");
        try
        {
            var file = Path.Combine(directory.FullName, "counts");
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "go"), "\n", Cancelled);
            var sink = new CountingSink();
            var script = $"'{Repository.Fixture("family/family")}' prefork 4 50 2 < '{directory.FullName}/go' > '{file}'; true";
            await using (var session = await TraceSession.LaunchAsync(["/bin/sh", "-c", script], new TraceOptions { Probes = [Function], Follow = true, Sink = sink }, Cancelled))
            {
                await session.Completion.WaitAsync(Patience, Cancelled);
                Assert.Equal(0, await session.WaitForLaunchedExitAsync(Cancelled));
                Assert.Equal(0UL, session.Summarise().Gaps);
            }

            var counts = (await File.ReadAllLinesAsync(file, Cancelled)).Select(l => l.Split(' ')).Where(w => w.Length == 2)
                .ToDictionary(w => int.Parse(w[0], CultureInfo.InvariantCulture), w => long.Parse(w[1], CultureInfo.InvariantCulture));
            // The first process of the program was executed, and its library's constructor counts.
            var first = counts.Keys.Min();
            counts[first] += 2;
            Assert.Equal(counts.OrderBy(c => c.Key), sink.Events.Select(e => KeyValuePair.Create(e.Key, (long)e.Value)).OrderBy(c => c.Key));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Events_are_limited_in_all_processes_together()
    {
        using var target = LiveTarget.Start(Repository.Fixture("family/family"), ["prefork", "10", "200", "2"]);
        Assert.Equal("ready", target.ReadLine(Patience));
        var sink = new CountingSink();
        await using var session = await TraceSession.AttachAsync(target.Pid, new TraceOptions { Probes = [Function], Follow = true, Sink = sink, MaximumEvents = 333 }, Cancelled);
        target.WriteLine();
        await session.Completion.WaitAsync(Patience, Cancelled);
        Assert.Equal("end", Last(target));
        Assert.Equal(333, sink.Events.Values.Sum());
        Assert.Equal((333UL, 0UL), (session.DeliveredEvents, session.LostEvents));
    }

    /// <summary>Every process of the machine; and those of one name, where another program that runs the same library is none of them.</summary>
    [Theory]
    [InlineData("--all")]
    [InlineData("--name", "family-of-test")]
    public async Task Processes_are_found_by_what_they_have_in_common(params string[] group)
    {
        var program = Path.Combine(Path.GetDirectoryName(Repository.Fixture("family/family"))!, "family-of-test");
        File.Copy(Repository.Fixture("family/family"), program, overwrite: true);
        try
        {
            using var other = LiveTarget.Start(Repository.Fixture("family/family"), ["other"]);
            using var target = LiveTarget.Start(program, ["prefork", "6", "100", "2"]);
            Assert.Equal("ready", other.ReadLine(Patience));
            Assert.Equal("ready", target.ReadLine(Patience));
            other.WriteLine();
            using var command = Command.Start(Repository.Command, ["count", .. group, Function, "--by", "pid", "--format", "json"]);
            var lines = new List<string>();
            while (await command.StandardOutput.ReadLineAsync(Cancelled) is { } line && !line.Contains("\"attach\"", StringComparison.Ordinal))
                lines.Add(line);
            target.WriteLine();
            var counts = Counts(target);
            Linux.ProcessCalls.Kill(Linux.LinuxSystemCalls.Instance, command.Id, Linux.Signal.Int);
            var output = await command.StandardOutput.ReadToEndAsync(Cancelled);
            await command.WaitForExitAsync(Cancelled);
            Assert.Equal(0, command.ExitCode);
            using var report = System.Text.Json.JsonDocument.Parse(output.Split('\n').First(l => l.Contains("\"aggregation\"", StringComparison.Ordinal)));
            var rows = report.RootElement.GetProperty("data").GetProperty("rows").EnumerateArray()
                .ToDictionary(r => r.GetProperty("keys").GetProperty("pid").GetInt32(), r => r.GetProperty("value").GetInt64());
            Assert.Equal(group[0] == "--all", rows.Remove(other.Pid));
            Assert.Equal(counts.OrderBy(c => c.Key), rows.OrderBy(r => r.Key));
        }
        finally
        {
            File.Delete(program);
        }
    }

    [Theory]
    [InlineData("ebpf", "ST0223", new[] { "--max-overhead", "5" })]
    [InlineData("perf", "ST0414", new string[0])]
    [InlineData("ptrace", "ST0414", new string[0])]
    public void What_cannot_be_followed_is_refused(string backend, string id, string[] more)
    {
        using var target = LiveTarget.Start(Repository.Fixture("family/family"), ["other"]);
        Assert.Equal("ready", target.ReadLine(Patience));
        var result = Command.Run(["attach", $"{target.Pid}", Function, "--follow", "--backend", backend, .. more]);
        Assert.Equal((id == "ST0223" ? 2 : 5, ""), (result.ExitCode, result.Output));
        Assert.Contains(id, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Stacks_cannot_be_keys()
    {
        using var target = LiveTarget.Start(Repository.Fixture("family/family"), ["other"]);
        Assert.Equal("ready", target.ReadLine(Patience));
        var result = Command.Run("count", $"{target.Pid}", Function, "--follow", "--by", "ustack");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("ST0224", result.Error, StringComparison.Ordinal);
    }

    // "PID COUNT" of each process, until "end".
    private static Dictionary<int, long> Counts(LiveTarget target)
    {
        var counts = new Dictionary<int, long>();
        while (target.ReadLine(Patience) is { } line && line != "end")
        {
            var words = line.Split(' ');
            counts.Add(int.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture));
        }

        return counts;
    }

    private static string Last(LiveTarget target)
    {
        string line;
        do
            line = target.ReadLine(Patience);
        while (line != "end");
        return line;
    }

    private sealed class CountingSink : Core.Backends.IEventSink
    {
        public ConcurrentDictionary<int, int> Events { get; } = [];

        public void OnEvent(in Core.Records.EventRecord record) => Events.AddOrUpdate(record.ProcessId, 1, (_, n) => n + 1);

        public void OnBatchEnd()
        {
        }
    }
}
