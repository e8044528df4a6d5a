using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tracer.Linux;
using Xunit;

namespace Tracer.Cli.Tests.Queries;

/// <summary>count, hist and latency by the command itself.</summary>
public sealed class QueryCommandTests
{
    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public void A_count_is_a_table_of_the_greatest_rows(string backend)
    {
        var result = Trace("calls 1", "count", "aggregate:call(_, string)", "--by", "copyinstr(arg1),arg0", "--top", "3", "--backend", backend);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            """
            copyinstr(arg1)  arg0  count
            key-99           99      100
            key-98           98       99
            key-97           97       98
            97 more rows, together 4,753

            """,
            result.Output);
        Assert.Contains("\n5,050 hits, backend " + backend, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_histogram_is_a_record_in_JSON()
    {
        var result = Trace("calls 1", "hist", "aggregate:call", "--value", "arg0", "--linear", "0,100,50", "--format", "json");
        var data = Assert.Single(Records(result.Output, "aggregation"));
        Assert.Equal(("arg0", "histogram"), (data.GetProperty("name").GetString(), data.GetProperty("function").GetString()));
        Assert.Equal(
            """[{"keys":{},"count":5050,"buckets":[{"from":0,"to":50,"count":1275},{"from":50,"to":100,"count":3775}]}]""", data.GetProperty("rows").GetRawText());
        Assert.Equal(5050, Assert.Single(Records(result.Output, "summary")).GetProperty("hits").GetInt32());
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public void A_latency_of_a_function_is_by_its_returns_keys(string backend)
    {
        var result = Trace("work 2 5", "latency", "aggregate:work", "--by", "arg0", "--stat", "avg", "--format", "json", "--backend", backend);
        var data = Assert.Single(Records(result.Output, "aggregation"));
        Assert.Equal("ns", data.GetProperty("unit").GetString());
        // The outer function takes longest.
        var rows = data.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal([10, 20, 40, 80], rows.OrderBy(r => r.GetProperty("keys").GetProperty("arg0").GetInt32()).Select(r => r.GetProperty("count").GetInt32()));
    }

    [Fact]
    public void Intervals_are_tables_with_their_times()
    {
        using var target = new AggregateFixture();
        using var command = Start(target, "count", "aggregate:key", "--interval", "250ms");
        Lifecycle.Waiting.UntilArmed(command);
        target.Do("keys 100");
        Thread.Sleep(700);
        target.Do("keys 50");
        var result = Stop(command);
        var counts = result.Output.Split('\n').Where(l => int.TryParse(l, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out _)).Sum(l => int.Parse(l, CultureInfo.InvariantCulture));
        Assert.Equal(150, counts);
        Assert.Matches(@"(?m)^\d\d:\d\d:\d\d\.\d{3}  last 0\.\d+ s$", result.Output);
        Assert.Contains("\nno hits\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("\n150 hits", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "--fail-on-loss")]
    [InlineData(0)]
    public void Overflow_is_a_loss(int exitCode, params string[] options)
    {
        var result = Trace("keys 2000", ["count", "aggregate:key", "--by", "arg0", "--max-keys", "100", "--top", "1", .. options]);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(" hits beyond 100 keys: raise --max-keys\n", result.Output, StringComparison.Ordinal);
        Assert.Contains(" beyond the most keys, ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_applies_to_events_too()
    {
        var result = Trace("texts 5", "attach", "aggregate:text(string)", "--where", "copyinstr(arg0) == \"good\"", "--backend", "ptrace");
        Assert.Equal(5, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("5 whose filter could not be computed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_limits_what_is_printed()
    {
        var result = Trace("keys 5000", "attach", "aggregate:key", "--rate-limit", "100/s");
        Assert.InRange(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 100, 1000);
        Assert.Matches(@" 0 lost, .* \d,\d{3} limited, ", result.Error);
    }

    [Theory]
    [InlineData("error: 'foo' is no parameter of aggregate:call\n  arg0 == foo\n          ^~~\nhint: ", "count", "--where", "arg0 == foo")]
    [InlineData("  arg0, arg9\n        ^~~~\n", "count", "--by", "arg0, arg9")]
    [InlineData("[ST0214]", "hist", "--value", "execname")]
    [InlineData("[ST0209]", "count", "--by", "1,2,3,4,5,6,7,8,9")]
    [InlineData("[ST0212]", "latency")]
    [InlineData("--linear and --log do not go together", "hist", "--value", "arg0", "--linear", "0,1,1", "--log", "2,0,1,2")]
    [InlineData("'0,0,0' makes no buckets. Steps of 0 do not lead from 0 to 0. [ST0001]", "hist", "--value", "arg0", "--linear", "0,0,0")]
    [InlineData("is not 3 numbers", "hist", "--value", "arg0", "--linear", "1,2")]
    [InlineData("'--value' is required", "hist")]
    [InlineData("--max-keys takes", "count", "--max-keys", "0")]
    [InlineData("--top takes", "count", "--top", "0")]
    [InlineData("is not a rate", "attach", "--rate-limit", "fast")]
    public void Wrong_requests_are_told_and_shown(string message, params string[] arguments)
    {
        using var target = new AggregateFixture();
        var result = Command.Run([arguments[0], $"{target.Pid}", "aggregate:call", .. arguments[1..]]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static CommandResult Trace(string work, params string[] arguments)
    {
        using var target = new AggregateFixture();
        using var command = Start(target, arguments);
        if (arguments.Contains("json"))
            Assert.Contains("\"attach\"", command.StandardOutput.ReadLine(), StringComparison.Ordinal);
        else
            Lifecycle.Waiting.UntilArmed(command);
        target.Do(work);
        return Stop(command);
    }

    private static Process Start(AggregateFixture target, params string[] arguments) =>
        Command.Start(Repository.Command, [arguments[0], target.Pid.ToString(CultureInfo.InvariantCulture), .. arguments[1..]]);

    private static CommandResult Stop(Process command)
    {
        LinuxSystemCalls.Instance.Kill(command.Id, Signal.Int).OrThrow("interrupting the command");
        var output = command.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        // The line that says that all is armed may have been read already; what follows it begins a line.
        var error = "\n" + command.StandardError.ReadToEnd();
        Assert.True(command.WaitForExit(TimeSpan.FromSeconds(60)));
        return new CommandResult(command.ExitCode, output.Result, error);
    }

    private static JsonElement[] Records(string output, string type) =>
    [
        .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(r => r.GetProperty("type").GetString() == type).Select(r => r.GetProperty("data")),
    ];
}
