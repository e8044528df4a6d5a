using System.Globalization;
using Tracer.Testing;
using Xunit;

namespace Tracer.Linux.Tests;

public sealed class ChildProcessTests
{
    private static readonly LinuxSystemCalls Kernel = LinuxSystemCalls.Instance;

    [Fact]
    public void Arguments_environment_and_directory_reach_the_program()
    {
        using var target = LiveTarget.Start(
            "sh", ["-c", "printf '%s\\n' \"$1\" \"$GREETING\" \"$PWD\" \"$(pwd)\"", "sh", "an argument\twith \"quotes\""],
            new Dictionary<string, string> { ["GREETING"] = "hellö" }, workingDirectory: "/usr");
        Assert.Equal(0, target.WaitForExit().ExitCode);
        Assert.Equal("an argument\twith \"quotes\"\nhellö\n/usr\n/usr\n", target.StandardOutput);
    }

    [Fact]
    public void Input_and_output_go_back_and_forth()
    {
        using var target = LiveTarget.Start("cat");
        target.WriteLine("one");
        Assert.Equal("one", target.ReadLine());
        target.WriteLine("two");
        Assert.Equal("two", target.ReadLine());
        target.CloseInput();
        Assert.Equal(WaitStatus.Exited(0), target.WaitForExit());
        Assert.Throws<TimeoutException>(() => target.ReadLine(TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("exit 0", 0, 0)]
    [InlineData("exit 77", 77, 77)]
    [InlineData("kill -SEGV $$", 0, 139)]
    [InlineData("kill -KILL $$", 0, 137)]
    public void The_way_it_ended_is_told(string script, int code, int shellCode)
    {
        using var target = LiveTarget.Start("/bin/sh", ["-c", script]);
        var status = target.WaitForExit();
        Assert.Equal(shellCode, status.ShellCode);
        Assert.Equal(shellCode >= 128, status.IsSignaled);
        if (status.IsExited) Assert.Equal(code, status.ExitCode);
        Assert.Equal(status, target.ExitStatus);
    }

    [Theory]
    [InlineData("/no/such/program", Errno.ENOENT)]
    [InlineData("no-such-program-anywhere", Errno.ENOENT)]
    [InlineData("/etc/passwd", Errno.EACCES)]
    [InlineData("/etc", Errno.EACCES)]
    [InlineData("", Errno.ENOENT)]
    [InlineData("/bin/true\0", Errno.EINVAL)]
    public void What_cannot_be_started_says_why(string path, Errno error)
    {
        Assert.Equal(error, ChildProcess.Start(Kernel, new SpawnOptions { Path = path }).Error);
        Assert.Equal(error, ChildProcess.Start(Kernel, new SpawnOptions { Path = path, StartStopped = true }).Error);
    }

    [Fact]
    public void A_missing_working_directory_says_why() =>
        Assert.Equal(Errno.ENOENT, ChildProcess.Start(Kernel, new SpawnOptions { Path = "/bin/true", WorkingDirectory = "/no/such/folder" }).Error);

    [Fact]
    public void The_child_ignores_and_blocks_no_signal_although_we_do()
    {
        using var target = LiveTarget.Start("/bin/cat", ["/proc/self/status"]);
        target.WaitForExit();
        string Mask(string name) => target.StandardOutput.Split('\n').First(line => line.StartsWith(name, StringComparison.Ordinal))[(name.Length + 2)..];
        Assert.Equal("0000000000000000", Mask("SigIgn"));
        Assert.Equal("0000000000000000", Mask("SigBlk"));
        Assert.NotEqual("0000000000000000", File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn", StringComparison.Ordinal))[8..]);
    }

    [Fact]
    public void The_child_inherits_nothing_that_we_opened()
    {
        const int GetDescriptorFlags = 1;
        const int CloseOnExec = 1;
        using var held = Kernel.Open("/etc/passwd").Value;
        using var bystander = LiveTarget.Start("/bin/cat");
        using var target = LiveTarget.Start("/bin/cat");
        target.WriteLine("ready");
        target.ReadLine();
        var folder = new ProcFs(Kernel).PathOf(target.Pid, "fd");
        var links = Kernel.ListDirectory(folder).Value.ToDictionary(number => number, number => Kernel.ReadLink($"{folder}/{number}").Value);
        Assert.StartsWith("pipe:", links["0"], StringComparison.Ordinal);
        Assert.StartsWith("pipe:", links["1"], StringComparison.Ordinal);
        Assert.DoesNotContain("/etc/passwd", links.Values);
        // Our own parent may have left us descriptors for children, but pipes of ours (each has a number of its own) are not among them.
        var pipes = Kernel.ListDirectory("/proc/self/fd").Value
            .Where(number => Kernel.Invoke(SystemCall.FCntl, int.Parse(number, CultureInfo.InvariantCulture), GetDescriptorFlags) == CloseOnExec)
            .Select(number => Kernel.ReadLink($"/proc/self/fd/{number}"))
            .Where(link => link.IsSuccess && link.Value.StartsWith("pipe:", StringComparison.Ordinal))
            .Select(link => link.Value)
            .Except(Enumerable.Range(0, 3).Select(number => Kernel.ReadLink($"/proc/self/fd/{number}").Value))
            .ToHashSet();
        Assert.Contains(links["0"], pipes);
        Assert.DoesNotContain(links, link => link.Key is not ("0" or "1" or "2") && pipes.Contains(link.Value));
    }

    [Fact]
    public void A_new_process_group_is_the_childs_own()
    {
        using var pipe = Pipe.Create(Kernel, "a test").Value;
        using var child = ChildProcess.Start(Kernel, new SpawnOptions { Path = "/bin/sleep", Arguments = ["100"], NewProcessGroup = true }).Value;
        Assert.True(Kernel.Kill(-child.Pid, Signal.Term).IsSuccess);
        Assert.Equal(WaitStatus.Signaled(Signal.Term), child.WaitForExit(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void A_running_child_has_no_exit_status_until_the_time_is_up()
    {
        using var child = ChildProcess.Start(Kernel, new SpawnOptions { Path = "/bin/sleep", Arguments = ["100"] }).Value;
        Assert.Null(child.WaitForExit(TimeSpan.FromMilliseconds(20)));
        Assert.Null(child.ExitStatus);
        Assert.True(child.Send(Signal.None).IsSuccess);
    }

    [Fact]
    public void Dispose_kills_and_reaps()
    {
        var child = ChildProcess.Start(Kernel, new SpawnOptions { Path = "/bin/sleep", Arguments = ["100"] }).Value;
        child.Dispose();
        Assert.Equal(WaitStatus.Signaled(Signal.Kill), child.ExitStatus);
        Assert.Equal(Errno.ESRCH, Kernel.Kill(child.Pid, Signal.None).Error);
        child.Dispose();
    }

    [Fact]
    public void A_child_started_stopped_has_not_begun_until_it_is_let_go()
    {
        using var target = LiveTarget.Start("/bin/echo", ["begun", "with $arguments"], startStopped: true);
        var proc = new ProcFs(Kernel);
        Assert.Equal(ProcessState.Stopped, proc.Status(target.Pid).Value.State);
        Assert.Equal("", target.StandardOutput);
        target.Send(Signal.Cont);
        Assert.Equal("begun with $arguments", target.ReadLine());
        Assert.Equal(0, target.WaitForExit().ExitCode);
    }

    [Fact]
    public void An_exit_reaped_by_a_tracer_is_taken_from_it()
    {
        using var child = ChildProcess.Start(Kernel, new SpawnOptions { Path = "/bin/sh", Arguments = ["-c", "exit 3"] }).Value;
        var reaped = Kernel.Wait(child.Pid, WaitOptions.All).Value;
        Assert.Null(child.WaitForExit(TimeSpan.FromMilliseconds(20)));
        child.NoteExit(reaped.Status);
        Assert.Equal(3, child.WaitForExit(TimeSpan.FromSeconds(1))!.Value.ExitCode);
    }
}
