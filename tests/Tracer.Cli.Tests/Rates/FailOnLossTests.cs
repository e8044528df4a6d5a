using System.Globalization;
using System.Text.RegularExpressions;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Rates;

/// <summary>A reader that does not read makes the command lose events; it counts them and can fail for them.</summary>
public sealed partial class FailOnLossTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 0)]
    public async Task Losses_are_an_exit_code_when_asked_for(bool failOnLoss, int exitCode)
    {
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), ["500000", "2"]);
        target.ReadLine(Patience);
        string[] options = failOnLoss ? ["--fail-on-loss"] : [];
        using var command = Command.Start(
            Repository.Command, ["attach", target.Pid.ToString(CultureInfo.InvariantCulture), "rate:hit(_, string)", "--backend", "ebpf", .. options]);
        Lifecycle.Waiting.UntilArmed(command);
        // Its standard output is not read: the pipe fills and then the ring.
        target.WriteLine();
        Assert.StartsWith("done fired=1000000 ", target.ReadLine(Patience), StringComparison.Ordinal);
        LinuxSystemCalls.Instance.Kill(command.Id, Signal.Int).OrThrow("interrupting the command");
        var output = command.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = command.StandardError.ReadToEnd();
        Assert.True(command.WaitForExit(Patience));
        Assert.Equal(exitCode, command.ExitCode);
        var counts = Counts().Match(error);
        Assert.True(counts.Success, error);
        var (delivered, lost) = (Number(counts.Groups[1].Value), Number(counts.Groups[2].Value));
        Assert.True(lost > 0);
        Assert.Equal(1_000_000, delivered + lost);
        Assert.Equal(delivered, (await output).AsSpan().Count('\n'));
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([\d,]+) events, ([\d,]+) lost, ", RegexOptions.Multiline)]
    private static partial Regex Counts();
}
