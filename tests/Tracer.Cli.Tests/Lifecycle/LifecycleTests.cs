using System.Globalization;
using System.Text.Json;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Lifecycle;

/// <summary>How a trace begins and ends, seen from the command line.</summary>
public sealed class LifecycleTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("ebpf")]
    [InlineData("ptrace")]
    public void Ctrl_C_stops_drains_and_summarises(string backend)
    {
        using var target = LiveTarget.Start(Repository.Fixture("semaphores/semaphores"), []);
        target.ReadLine(Patience);
        Assert.Equal("sema guarded=0 always=0", Ask(target, "sema"));
        using var command = Command.Start(Repository.Command, "attach", $"{target.Pid}", "semaphores:guarded(int64)", "--backend", backend);
        Waiting.UntilArmed(command);
        Assert.Equal("sema guarded=1 always=0", Ask(target, "sema"));
        Assert.Equal("done guarded=25 always=25", Ask(target, "fire 25"));
        LinuxSystemCalls.Instance.Kill(command.Id, Signal.Int).OrThrow("interrupting the command");
        var (output, error) = (command.StandardOutput.ReadToEnd(), command.StandardError.ReadToEnd());
        Assert.True(command.WaitForExit(Patience));
        Assert.Equal(0, command.ExitCode);
        Assert.Equal(25, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("25 events, 0 lost", error, StringComparison.Ordinal);
        Assert.Equal("sema guarded=0 always=0", Ask(target, "sema"));
        Assert.Equal("done guarded=0 always=5", Ask(target, "fire 5"));
    }

    [Fact]
    public void A_killed_command_leaves_nothing_behind_under_ebpf()
    {
        using var target = LiveTarget.Start(Repository.Fixture("semaphores/semaphores"), []);
        target.ReadLine(Patience);
        var before = Text(target.Pid);
        using var command = Command.Start(Repository.Command, "attach", $"{target.Pid}", "semaphores:*", "--backend", "ebpf");
        Waiting.UntilArmed(command);
        Assert.Equal("sema guarded=1 always=1", Ask(target, "sema"));
        Assert.NotEqual(before, Text(target.Pid));
        command.Kill();
        Assert.True(command.WaitForExit(Patience));
        // The kernel takes the links away when it has torn the process down, which it does a moment after the exit is visible.
        var deadline = DateTime.UtcNow + Patience;
        while (Ask(target, "sema") != "sema guarded=0 always=0" || Text(target.Pid) != before)
        {
            Assert.True(DateTime.UtcNow < deadline, "the semaphore or the breakpoints are still there");
            Thread.Sleep(20);
        }

        Assert.Equal("done guarded=0 always=7", Ask(target, "fire 7"));
        target.WriteLine("quit");
        Assert.Equal(0, target.WaitForExit(Patience).ExitCode);
    }

    [Theory]
    [InlineData("ebpf", "exit 7", 7)]
    [InlineData("ptrace", "exit 7", 7)]
    [InlineData("ebpf", "kill -TERM $$", 143)]
    public void Run_returns_the_commands_own_status(string backend, string script, int exitCode)
    {
        // Any program with a probe will do: the shell itself has none, so Python runs the script's equivalent.
        var program = script.StartsWith("exit", StringComparison.Ordinal) ? "import sys; sys.exit(7)" : "import os; os.kill(os.getpid(), 15)";
        var result = Command.Run("run", "python:function__entry", "--backend", backend, "--", "/usr/bin/python3.11", "-I", "-c", program);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains("python:function__entry", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ebpf", "count", "python:function__entry")]
    [InlineData("ptrace", "count", "python:function__entry")]
    [InlineData("ebpf", "hist", "python:function__entry", "--value", "lineno")]
    [InlineData("ptrace", "hist", "python:function__entry", "--value", "lineno")]
    [InlineData("ebpf", "latency", "python:function")]
    [InlineData("ptrace", "latency", "python:function")]
    public void What_sums_up_takes_a_command_from_its_first_instruction_to_its_exit_code(string backend, string verb, params string[] arguments)
    {
        const string Program = "import sys\ndef f(): pass\nfor i in range(123): f()\nsys.exit(7)";
        var result = Command.Run([verb, .. arguments, "--where", "funcname == \"f\"", "--backend", backend, "--format", "json", "--", "/usr/bin/python3.11", "-I", "-c", Program]);
        Assert.Equal(7, result.ExitCode);
        var summary = JsonDocument.Parse(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;
        Assert.Equal("summary", summary.GetProperty("type").GetString());
        Assert.Equal(123, summary.GetProperty("data").GetProperty("hits").GetInt32());
    }

    [Fact]
    public void A_number_of_events_or_a_duration_ends_the_trace()
    {
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), ["load", "1"]);
        target.ReadLine(Patience);
        target.WriteLine();
        var counted = Command.Run("attach", target.Pid.ToString(CultureInfo.InvariantCulture), "rate:hit", "-n", "17");
        Assert.Equal((0, 17), (counted.ExitCode, counted.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        var timed = Command.Run("attach", target.Pid.ToString(CultureInfo.InvariantCulture), "rate:hit", "--duration", "200ms", "-o", "/dev/null");
        Assert.Equal(0, timed.ExitCode);
        Assert.Contains("backend ebpf", timed.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BackendChoice.Ebpf)]
    [InlineData(BackendChoice.Ptrace)]
    public async Task Two_hundred_rounds_under_load_leave_every_byte_as_it_was(BackendChoice backend)
    {
        using var target = LiveTarget.Start(Repository.Fixture("rate/rate"), ["load", "8"]);
        target.ReadLine(Patience);
        var before = Text(target.Pid);
        target.WriteLine();
        Assert.Equal("started", target.ReadLine(Patience));
        ulong events = 0;
        for (var k = 0; k < 200; k++)
        {
            var options = new TraceOptions { Probes = ["rate:hit(_, string)"], Backend = backend, Sink = new Rates.CountingSink() };
            var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
            await Task.Delay(1, TestContext.Current.CancellationToken);
            await session.DisposeAsync();
            events += session.DeliveredEvents;
        }

        Assert.True(events > 0, $"{backend} delivered nothing");
        Assert.Equal(before, Text(target.Pid));
        target.WriteLine("quit");
        string last;
        do
        {
            last = target.ReadLine(Patience);
        }
        while (!last.StartsWith("done", StringComparison.Ordinal));
        Assert.EndsWith("errors=0", last, StringComparison.Ordinal);
        Assert.Equal(0, target.WaitForExit(Patience).ExitCode);
    }

    private static string Ask(LiveTarget target, string question)
    {
        target.WriteLine(question);
        return target.ReadLine(Patience);
    }

    /// <summary>The executable bytes of the program in the process, as text that compares well.</summary>
    private static string Text(int pid)
    {
        var gate = LinuxSystemCalls.Instance;
        using var memory = new ProcessMemory(gate, pid);
        var proc = new ProcFs(gate);
        var program = proc.Executable(pid).Value;
        var text = proc.Maps(pid).Value.Entries.First(e => e.IsExecutable && e.Path == program);
        var bytes = new byte[text.Length];
        Assert.Equal(bytes.Length, memory.Read(text.Start, bytes).Count);
        return Convert.ToHexString(bytes);
    }
}
