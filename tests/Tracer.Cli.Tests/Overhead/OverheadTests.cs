using System.Globalization;
using System.Text.Json;
using Tracer.Cli.Tests.Queries;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Overhead;

/// <summary><c>--max-overhead</c> by the command itself.</summary>
public sealed class OverheadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public void A_target_at_full_speed_is_slowed_by_little_and_told_to_be_traced_for_a_part_of_the_time(string backend)
    {
        // Some seconds without probes; more than half an hour if all of them were traced, for which nobody waits here.
        const long Times = 6_000_000_000;
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), [Times.ToString(CultureInfo.InvariantCulture)]);
        target.ReadLine(Patience);
        using var command = Command.Start(
            Repository.Command, ["count", target.Pid.ToString(CultureInfo.InvariantCulture), "rate:hit(_, string)", "--backend", backend, "--max-overhead", "10", "--interval", "500ms", "--format", "json"]);
        WaitForAttach(command);
        target.WriteLine();
        var elapsed = long.Parse(target.ReadLine(Patience).Split("elapsed_ns=")[1], CultureInfo.InvariantCulture);
        LinuxSystemCalls.Instance.Kill(command.Id, Signal.Int).OrThrow("interrupting the command");
        var records = command.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.True(command.WaitForExit(Patience));
        Assert.Equal(0, command.ExitCode);
        var summary = records.Single(r => r.GetProperty("type").GetString() == "summary").GetProperty("data");
        var overhead = summary.GetProperty("overhead");
        TestContext.Current.TestOutputHelper?.WriteLine($"{elapsed / 1e9:0.0} s, {summary.GetProperty("hits")} hits, {overhead}");
        Assert.Equal(10, overhead.GetProperty("limitPercent").GetDouble());
        Assert.InRange(overhead.GetProperty("tracedShare").GetDouble(), 0.0001, 0.99);
        // Not all hits were taken, by far.
        Assert.InRange(summary.GetProperty("hits").GetInt64(), 1, Times / 10);
        Assert.Contains(records, r => r.GetProperty("type").GetString() == "aggregation" && r.GetProperty("data").GetProperty("overhead").GetProperty("tracedShare").GetDouble() < 1);
    }

    [Theory]
    [InlineData("ebpf", "25%")]
    // The first hit stops the thread while this command's code is compiled, which is a real price, and 25 ms are soon over on a busy machine.
    [InlineData("ptrace", "99%")]
    public void Of_a_target_that_fires_now_and_then_all_is_delivered_and_nothing_told(string backend, string bound)
    {
        using var target = new AggregateFixture();
        using var command = Command.Start(Repository.Command, ["attach", target.Pid.ToString(CultureInfo.InvariantCulture), "aggregate:key", "--backend", backend, "--max-overhead", bound]);
        Lifecycle.Waiting.UntilArmed(command);
        for (var k = 0; k < 20; k++)
        {
            target.Do("keys 1");
            Thread.Sleep(10);
        }

        LinuxSystemCalls.Instance.Kill(command.Id, Signal.Int).OrThrow("interrupting the command");
        // Short enough for a pipe.
        var error = command.StandardError.ReadToEnd();
        var output = command.StandardOutput.ReadToEnd();
        Assert.True(command.WaitForExit(Patience));
        Assert.Equal(20, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("20 events, 0 lost", error, StringComparison.Ordinal);
        Assert.DoesNotContain("of the time", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_perf_backend_refuses_with_its_reason()
    {
        using var target = new AggregateFixture();
        var result = Command.Run("count", target.Pid.ToString(CultureInfo.InvariantCulture), "aggregate:key", "--backend", "perf", "--max-overhead", "5");
        Assert.Equal(5, result.ExitCode);
        Assert.Contains("ST0217", result.Error, StringComparison.Ordinal);
        Assert.Contains("0.1 s", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("100")]
    [InlineData("much")]
    public void What_is_no_percentage_is_refused(string text)
    {
        var result = Command.Run("count", "1", "a:b", "--max-overhead", text);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("is not a percentage", result.Error, StringComparison.Ordinal);
    }

    private static void WaitForAttach(System.Diagnostics.Process command) =>
        Assert.Contains("\"attach\"", command.StandardOutput.ReadLine(), StringComparison.Ordinal);
}
