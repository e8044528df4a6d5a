using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Errors;

/// <summary>Wrong input: one clear message, the documented exit code, no stack trace, target unharmed.</summary>
public sealed class ErrorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(6, "ST0101", "attach", "2147480000", "python:line")]
    [InlineData(5, "ST0109", "attach", "2", "python:line")]
    [InlineData(2, "ST0201", "attach", "1", "nonsense")]
    [InlineData(2, "ST0201", "attach", "1", "a:b(strnig)")]
    [InlineData(2, "ST0001", "attach", "one", "a:b")]
    [InlineData(2, "ST0200", "attach", "1")]
    [InlineData(2, "ST0001", "attach", "1", "a:b", "--duration", "soon")]
    [InlineData(2, "ST0001", "attach", "1", "a:b", "--strlen", "3")]
    [InlineData(2, "ST0001", "attach", "1", "a:b", "--events", "0")]
    [InlineData(2, "ST0001", "attach", "1", "a:b", "--backend", "magic")]
    [InlineData(2, "ST0001", "attach", "1", "a:b", "--format", "xml")]
    [InlineData(2, "ST0001", "frobnicate")]
    [InlineData(2, "ST0005", "run", "a:b")]
    [InlineData(6, "ST0105", "list", "/no/such/file")]
    [InlineData(5, "ST0106", "list", "/etc/passwd")]
    [InlineData(6, "ST0312", "run", "a:b", "--", "/no/such/command")]
    [InlineData(6, "ST0312", "count", "a:b", "--", "/no/such/command")]
    [InlineData(2, "ST0006", "attach", "1", "a:b", "--", "true")]
    public void Wrong_input_is_told_in_a_sentence(int exitCode, string id, params string[] arguments) => Check(Command.Run(arguments), exitCode, id);

    [Fact]
    public void A_probe_that_matches_nothing_brings_the_nearest_names()
    {
        var result = Command.Run("list", "/usr/bin/python3.11", "python:functoin__entry");
        Check(result, 6, "ST0202");
        Assert.Contains("Did you mean python:function__entry", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_is_refused_or_read_as_far_as_it_goes()
    {
        var path = Path.Combine(Path.GetTempPath(), $"sharptrace-truncated-{Environment.ProcessId}");
        try
        {
            foreach (var length in new[] { 0, 10, 63, 64, 1000, 100_000 })
            {
                File.WriteAllBytes(path, File.ReadAllBytes("/usr/bin/python3.11").AsSpan(0, length));
                var result = Command.Run("list", path);
                Assert.Contains(result.ExitCode, new[] { 0, 5, 6 });
                Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_32_bit_target_is_named_as_such()
    {
        var program = Repository.Fixture("elf/tiny.m32");
        Assert.SkipUnless(File.Exists(program), "the 32-bit program could not be built here");
        using var target = LiveTarget.Start(program, []);
        target.ReadLine(Patience);
        Check(Command.Run("attach", $"{target.Pid}", "elf:tiny32"), 5, "ST0103");
        Assert.Null(target.ExitStatus);
    }

    [Fact]
    public void Another_users_process_needs_permission()
    {
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), []);
        target.ReadLine(Patience);
        // A copy, because the other user may not be let into the folder of the sources.
        var folder = Path.Combine(Path.GetTempPath(), $"sharptrace-command-{Environment.ProcessId}");
        CommandResult result;
        try
        {
            Assert.Equal(0, Command.RunProgram("cp", "-r", Path.GetDirectoryName(Repository.Command)!, folder).ExitCode);
            var command = Path.Combine(folder, Path.GetFileName(Repository.Command));
            result = Command.RunProgram("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", command, "attach", $"{target.Pid}", "rate:hit");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.Equal(4, result.ExitCode);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_ends_tracing_and_not_the_target()
    {
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), ["1000"]);
        target.ReadLine(Patience);
        using var command = Command.Start(Repository.Command, "attach", $"{target.Pid}", "rate:hit", "--backend", "ebpf", "-o", "/dev/full");
        Lifecycle.Waiting.UntilArmed(command);
        target.WriteLine();
        Assert.StartsWith("done fired=1000", target.ReadLine(Patience), StringComparison.Ordinal);
        var error = command.StandardError.ReadToEnd();
        Assert.True(command.WaitForExit(Patience));
        Check(new CommandResult(command.ExitCode, "", error), 1, "ST0003");
        target.WriteLine("quit");
        Assert.Equal(0, target.WaitForExit(Patience).ExitCode);
    }

    [Fact]
    public void A_target_that_exits_midway_ends_the_trace_well()
    {
        foreach (var backend in new[] { "ebpf", "ptrace" })
        {
            using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), ["100", "--exit"]);
            target.ReadLine(Patience);
            using var command = Command.Start(Repository.Command, "attach", $"{target.Pid}", "rate:hit", "--backend", backend);
            Lifecycle.Waiting.UntilArmed(command);
            target.WriteLine();
            var output = command.StandardOutput.ReadToEnd();
            Assert.True(command.WaitForExit(Patience));
            Assert.Equal(0, command.ExitCode);
            Assert.Equal(100, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            Assert.Equal(0, target.WaitForExit(Patience).ExitCode);
        }
    }

    private static void Check(CommandResult result, int exitCode, string id)
    {
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains($"[{id}]", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
