using System.Text.Json;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Native;

/// <summary>Probes on native code by the command itself; values are tested beside the provider.</summary>
public sealed class NativeCommandTests
{
    private static readonly string Program = Path.Combine(Repository.Root, "native-tests", "out", "native", "calls-gcc-O2");

    [Fact]
    public void Functions_are_listed_with_their_parameters_when_they_are_asked_for()
    {
        var list = Command.Run("list", Program, "uprobe::make_*");
        Assert.Equal(0, list.ExitCode);
        Assert.Contains("uprobe:calls-gcc-O2:make_pair(first: int64, second: int64)", list.Output, StringComparison.Ordinal);
        Assert.Contains("uprobe:calls-gcc-O2:make_big(start: int32, step: int64)", list.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("make_pair", Command.Run("list", Program).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public void Entries_and_returns_are_printed_with_names(string backend)
    {
        using var target = LiveTarget.Start(Program);
        Assert.Equal($"ready {target.Pid}", target.ReadLine());
        using var command = Command.Start(
            Repository.Command, "attach", $"{target.Pid}", "uprobe:a.out:pick", "uretprobe:a.out:pick", "uprobe:libc:fgets", "--backend", backend, "--format", "json", "-n", "3");
        Assert.Contains("\"attach\"", command.StandardOutput.ReadLine(), StringComparison.Ordinal);
        target.WriteLine();
        var lines = command.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(command.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, command.ExitCode);
        var events = lines.Select(l => JsonDocument.Parse(l).RootElement).Where(r => r.GetProperty("type").GetString() == "event").Select(r => r.GetProperty("data")).ToArray();
        Assert.Equal(["uprobe:calls-gcc-O2:pick", "uretprobe:calls-gcc-O2:pick", "uprobe:libc.so.6:fgets"], events.Select(e => e.GetProperty("probe").GetString()));
        Assert.Equal("two", events[0].GetProperty("args").GetProperty("second").GetString());
        Assert.Equal("one", events[1].GetProperty("args").GetProperty("retval").GetString());
        target.CloseInput();
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }

    [Theory]
    [InlineData("uprobe:a.out:pik", 6, "Did you mean uprobe:calls-gcc-O2:pick")]
    [InlineData("uprobe:libc:*", 6, "make the pattern narrower")]
    [InlineData("uprobe:a.out:choose+3", 5, "in the middle of an instruction")]
    [InlineData("uprobe:a.out", 2, "lacks a function")]
    public void What_cannot_be_probed_is_told(string spec, int exitCode, string message)
    {
        using var target = LiveTarget.Start(Program);
        Assert.Equal($"ready {target.Pid}", target.ReadLine());
        var attach = Command.Run("attach", $"{target.Pid}", "uprobe:a.out:pick", spec);
        Assert.Equal(exitCode, attach.ExitCode);
        Assert.Contains(message, attach.Error, StringComparison.Ordinal);
    }
}
