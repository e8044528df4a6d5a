using System.Diagnostics;
using System.Globalization;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Lifecycle;

/// <summary>However the tracer ends, the target is left as it was: its text, its semaphores, its results.</summary>
public sealed class DeathTests
{
    private const string Whole = "wrong=0 signals=0 continued=0 lost=0 rested=1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("12", "ptrace", "attach,trace,detach")]
    [InlineData("24", "ebpf", "attach,trace,detach")]
    [InlineData("6", "perf", "attach,trace,detach")]
    public async Task Kills_at_random_moments_harm_nobody(string kills, string backend, string moments)
    {
        // The measurement of the README, bounded, with the command of this build.
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "bench", "kills"), [kills, backend, "--threads", "4", "--moments", moments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["SHARPTRACE"] = Repository.Command },
        };
        using var run = Process.Start(start)!;
        var error = run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, output + await error);
        Assert.Contains($"| {backend} ", output, StringComparison.Ordinal);
        Assert.Contains($"| {kills} (", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ptrace", Signal.Segv)]
    [InlineData("ptrace", Signal.Abrt)]
    [InlineData("ptrace", Signal.Kill)]
    [InlineData("ebpf", Signal.Segv)]
    [InlineData("perf", Signal.Abrt)]
    [InlineData("ebpf", Signal.Bus)]
    public void A_crash_leaves_the_target_as_it_was(string backend, Signal signal)
    {
        using var target = new DeathTarget();
        using var command = target.Attach(backend);
        // Again and again: .NET's handler takes the first SIGSEGV for a fault that will come again, and only has the default action follow.
        var deadline = DateTime.UtcNow + Patience;
        do
        {
            LinuxSystemCalls.Instance.Kill(command.Id, signal);
            Assert.True(DateTime.UtcNow < deadline, "it does not end");
        }
        while (!command.WaitForExit(TimeSpan.FromMilliseconds(100)));
        Assert.Equal(128 + (int)signal, command.ExitCode);
        target.UntilWhole();
        target.EndWell();
    }

    [Theory]
    [InlineData("ptrace", "INT INT")]
    [InlineData("ptrace", "HUP")]
    [InlineData("ebpf", "INT INT")]
    [InlineData("ebpf", "HUP")]
    [InlineData("perf", "HUP")]
    public void Being_asked_to_end_leaves_the_target_as_it_was(string backend, string signals)
    {
        using var target = new DeathTarget();
        using var command = target.Attach(backend);
        foreach (var signal in signals.Split(' '))
            LinuxSystemCalls.Instance.Kill(command.Id, signal == "INT" ? Signal.Int : Signal.Hup).OrThrow("signalling the command");
        Assert.True(command.WaitForExit(Patience));
        // Asked twice, it does not wait for the rest to be told.
        Assert.True(command.ExitCode == 0 || (signals == "INT INT" && command.ExitCode == 1), $"exit code {command.ExitCode}");
        if (command.ExitCode == 0)
            Assert.Contains("0 lost", command.StandardError.ReadToEnd(), StringComparison.Ordinal);
        target.UntilWhole();
        target.EndWell();
    }

    [Theory]
    [InlineData("ptrace")]
    [InlineData("ebpf")]
    [InlineData("perf")]
    public void A_full_disk_leaves_the_target_as_it_was(string backend)
    {
        using var target = new DeathTarget();
        var result = Command.Run("attach", target.Id, "death:*", "--backend", backend, "-o", "/dev/full");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("[ST0003]", result.Error, StringComparison.Ordinal);
        target.UntilWhole();
        target.EndWell();
    }

    [Fact]
    public void When_the_guardian_is_killed_too_threads_wait_until_somebody_comes()
    {
        using var target = new DeathTarget();
        target.KillAll(out var guardian);
        Assert.NotEqual(0, guardian);
        // Its threads wait at the breakpoints, and nothing has died of them.
        Assert.NotEqual(target.Text, target.Sum());
        var recovered = Command.Run("recover", target.Id);
        Assert.Equal(0, recovered.ExitCode);
        Assert.Contains("breakpoints and 2 raised semaphores", recovered.Output, StringComparison.Ordinal);
        target.UntilWhole();
        Assert.Contains("nothing is left in it", Command.Run("recover", target.Id).Output, StringComparison.Ordinal);
        target.EndWell();
    }

    [Theory]
    [InlineData("list")]
    [InlineData("stacks")]
    [InlineData("count")]
    public void Whoever_looks_at_the_process_next_takes_out_what_was_left(string verb)
    {
        using var target = new DeathTarget();
        target.KillAll(out _);
        string[] more = verb == "count" ? ["death:round", "--backend", "ebpf", "--duration", "50ms"] : [];
        var result = Command.Run([verb, target.Id, .. more]);
        Assert.Contains("had left when it was killed were taken back", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
        target.UntilWhole();
        target.EndWell();
    }

    [Fact]
    public void What_a_living_tracer_has_borrowed_is_its_own()
    {
        using var target = new DeathTarget();
        using var command = target.Attach("ptrace");
        var result = Command.Run("recover", target.Id);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("[ST0302]", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain($"Process {target.Pid}:", Command.Run("recover").Output, StringComparison.Ordinal);
        Assert.NotEqual(target.Text, target.Sum());
        LinuxSystemCalls.Instance.Kill(command.Id, Signal.Int).OrThrow("interrupting the command");
        Assert.True(command.WaitForExit(Patience));
        Assert.Empty(DeathTarget.Guardians(target.Pid));
        target.UntilWhole();
        target.EndWell();
    }

    [Fact]
    public void A_target_that_a_debugger_traces_is_refused_with_its_name()
    {
        using var target = new DeathTarget();
        using var debugger = LiveTarget.Start("gdb", ["-nx", "-batch", "-p", target.Id, "-ex", "shell echo traced", "-ex", "python import time; time.sleep(100)"], mergeStandardError: true);
        while (!debugger.ReadLine(Patience).Contains("traced", StringComparison.Ordinal))
        {
        }

        var result = Command.Run("attach", target.Id, "death:round", "--backend", "ptrace");
        Assert.Equal(5, result.ExitCode);
        Assert.Contains($"is traced already, by process {debugger.Pid}", result.Error, StringComparison.Ordinal);
        var stopped = Command.Run("stacks", target.Id);
        Assert.Equal(1, stopped.ExitCode);
        Assert.Contains("[ST0302]", stopped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_guardian_it_is_said_and_nothing_else_changes()
    {
        using var target = new DeathTarget();
        var logger = new LogLines();
        var options = new TraceOptions { Probes = ["death:round"], Backend = BackendChoice.Ptrace, Sink = new Rates.CountingSink(), GuardianPath = "", Logger = logger };
        await using (await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken))
        {
            Assert.Contains(logger.Lines, l => l.Contains("[ST0318]", StringComparison.Ordinal));
        }

        logger.Lines.Clear();
        await using (await TraceSession.AttachAsync(target.Pid, options with { GuardianPath = Repository.Command }, TestContext.Current.CancellationToken))
        {
            Assert.Single(DeathTarget.Guardians(target.Pid));
            Assert.Empty(logger.Lines);
        }

        Assert.Empty(DeathTarget.Guardians(target.Pid));
        await using (await TraceSession.AttachAsync(target.Pid, options with { GuardianPath = "/bin/true" }, TestContext.Current.CancellationToken))
        {
            Assert.Contains(logger.Lines, l => l.Contains("did not become one", StringComparison.Ordinal));
        }

        target.UntilWhole();
        target.EndWell();
    }

    // native-tests/death, with what it said of itself before anybody traced it.
    private sealed class DeathTarget : IDisposable
    {
        private readonly LiveTarget _target = LiveTarget.Start(Repository.Fixture("death/death"), ["3"]);

        public DeathTarget()
        {
            _target.ReadLine(Patience);
            Text = Sum();
        }

        public int Pid => _target.Pid;

        public string Id => Pid.ToString(CultureInfo.InvariantCulture);

        public string Text { get; }

        public static IReadOnlyList<int> Guardians(int pid) =>
        [
            .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!, CultureInfo.InvariantCulture))
                .Where(p => CommandLine(p).EndsWith($"\0guardian\0{pid}\0", StringComparison.Ordinal)),
        ];

        public Process Attach(string backend)
        {
            var command = Command.Start(Repository.Command, "attach", Id, backend == "perf" ? "death:guarded" : "death:*", "--backend", backend, "-o", "/dev/null");
            Waiting.UntilArmed(command);
            return command;
        }

        public void KillAll(out int guardian)
        {
            using var command = Command.Start(Repository.Command, "attach", Id, "death:*", "uprobe:death:at_*", "--backend", "ptrace", "-o", "/dev/null");
            Waiting.UntilArmed(command);
            guardian = Guardians(Pid).Single();
            LinuxSystemCalls.Instance.Kill(guardian, Signal.Kill).OrThrow("killing the guardian");
            command.Kill();
            Assert.True(command.WaitForExit(Patience));
        }

        public string Sum() => Ask().Split(' ').Single(w => w.StartsWith("text=", StringComparison.Ordinal));

        // The kernel takes back what is its a moment after the tracer's end, and the guardian needs its time.
        public void UntilWhole()
        {
            var deadline = DateTime.UtcNow + Patience;
            string said;
            while (!(said = Ask()).Contains($"{Whole} {Text} semaphores=0", StringComparison.Ordinal))
            {
                Assert.True(DateTime.UtcNow < deadline, $"it says {said}, before {Text}");
                Thread.Sleep(20);
            }

            // The guardian lets go of the threads one after the other.
            while (new ProcFs(LinuxSystemCalls.Instance).Status(Pid).Value.TracerPid is not 0 and var tracer)
            {
                Assert.True(DateTime.UtcNow < deadline, $"it is traced by {tracer}");
                Thread.Sleep(20);
            }
        }

        public void EndWell()
        {
            _target.WriteLine("quit");
            Assert.Equal(0, _target.WaitForExit(Patience).ExitCode);
        }

        public void Dispose() => _target.Dispose();

        private static string CommandLine(int pid)
        {
            try
            {
                return File.ReadAllText($"/proc/{pid}/cmdline");
            }
            catch (IOException)
            {
                return "";
            }
        }

        private string Ask()
        {
            _target.WriteLine("check");
            return _target.ReadLine(Patience);
        }
    }
}
