using System.Globalization;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Errors;

/// <summary>Output that cannot be written: tracing ends, the target does not notice.</summary>
public sealed class OutputErrorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task A_reader_that_goes_away_ends_the_trace(string format)
    {
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), ["load", "1"]);
        target.ReadLine(Patience);
        target.WriteLine();
        Assert.Equal("started", target.ReadLine(Patience));
        using var command = Command.Start(Repository.Command, "attach", target.Pid.ToString(CultureInfo.InvariantCulture), "rate:hit", "--format", format);
        Assert.NotNull(command.StandardOutput.ReadLine());
        command.StandardOutput.Close();
        var error = command.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var ended = command.WaitForExit(Patience);
        if (!ended)
            command.Kill();
        Assert.True(ended, "the command goes on writing to nobody");
        Assert.Equal(1, command.ExitCode);
        var told = await error;
        Assert.Contains("[ST0003]", told, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
        target.WriteLine("quit");
        Assert.Equal(0, target.WaitForExit(Patience).ExitCode);
    }

    [Fact]
    public void A_file_in_a_missing_folder_is_told_before_anything_is_armed()
    {
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), ["10"]);
        target.ReadLine(Patience);
        var result = Command.Run("attach", target.Pid.ToString(CultureInfo.InvariantCulture), "rate:hit", "-o", "/no/such/folder/events");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("[ST0004]", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_has_exited_and_not_been_waited_for_is_gone()
    {
        // Its parent, this process, waits for it only at the end.
        using var target = LiveTarget.Start("/bin/true", []);
        var pid = target.Pid.ToString(CultureInfo.InvariantCulture);
        var deadline = DateTime.UtcNow + Patience;
        while (!File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal))
        {
            Assert.True(DateTime.UtcNow < deadline, "it does not end");
            Thread.Sleep(10);
        }

        foreach (var verb in new[] { new[] { "attach", pid, "a:b" }, ["list", pid] })
        {
            var result = Command.Run(verb);
            Assert.Equal(6, result.ExitCode);
            Assert.Contains("[ST0102]", result.Error, StringComparison.Ordinal);
        }
    }
}
