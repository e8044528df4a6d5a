using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Places;

/// <summary>A target is what its mapping is, not what a name leads to: with every backend all hits are seen, and names are those that the target sees.</summary>
public sealed class PlacesTests
{
    private const int Hits = 20;
    private static readonly string[] Backends = ["ebpf", "perf", "ptrace"];

    public static TheoryData<string> Places => [.. PlacedTarget.Places];

    [Theory]
    [MemberData(nameof(Places))]
    public void Hits_are_counted_and_names_are_the_targets(string place)
    {
        RequireRoot();
        using var target = PlacedTarget.Start(place, Hits);
        foreach (var backend in Backends)
        {
            using var command = new ArmedCommand(Repository.Command, "attach", $"{target.Pid}", "rate:hit", "--backend", backend);
            target.Fire(Hits);
            var (exitCode, output, error) = command.Stop();
            Assert.True(exitCode == 0, error);
            Assert.Equal((backend, Hits), (backend, output.Split('\n').Count(l => l.Contains("rate:hit", StringComparison.Ordinal))));
        }

        var list = Command.Run("list", $"{target.Pid}", "rate");
        Assert.True(list.ExitCode == 0, list.Error);
        Assert.Equal(target.Path, list.Output.Split('\n')[0]);
        var stacks = Command.Run("stacks", $"{target.Pid}", "--native");
        Assert.True(stacks.ExitCode == 0, stacks.Error);
        Assert.Contains("main+", stacks.Output, StringComparison.Ordinal);
        Assert.Contains($"({Path.GetFileName(target.Path)})", stacks.Output, StringComparison.Ordinal);
        using var count = new ArmedCommand(Repository.Command, "count", $"{target.Pid}", "rate:hit", "uprobe:*:burst");
        target.Fire(Hits);
        Assert.Contains($"{Hits + 1} hits", count.Stop().Error, StringComparison.Ordinal);
        target.Fire(Hits);
    }

    [Theory]
    [InlineData("chroot", true)]
    [InlineData("bind mount", true)]
    [InlineData("overlay", true)]
    [InlineData("deleted", false)]
    [InlineData("replaced", false)]
    public void Without_the_right_to_the_very_file_only_that_file_is_taken_by_its_name(string place, bool isFound)
    {
        RequireRoot();
        string[] without = ["--bounding-set=-checkpoint_restore,-sys_admin", "--inh-caps=-checkpoint_restore,-sys_admin", Repository.Command, "attach"];
        using var target = PlacedTarget.Start(place, Hits);
        if (!isFound)
        {
            var result = Command.RunProgram("setpriv", [.. without, $"{target.Pid}", "rate:hit"]);
            Check(result, 4, "ST0110");
            Assert.Contains("CAP_CHECKPOINT_RESTORE", result.Error, StringComparison.Ordinal);
            target.Fire(Hits);
            return;
        }

        using var command = new ArmedCommand("setpriv", [.. without, $"{target.Pid}", "rate:hit", "-n", $"{Hits}"]);
        target.Fire(Hits);
        Assert.Equal(Hits, command.WaitForEnd().Output.Split('\n').Count(l => l.Contains("rate:hit", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_setuid_target_is_closed_to_the_user_who_runs_it()
    {
        RequireRoot();
        using var target = PlacedTarget.Start("setuid", Hits);
        Assert.SkipUnless(new ProcFs(LinuxSystemCalls.Instance).Status(target.Pid).Value.EffectiveUserId == 0, "the temporary folder is on a file system mounted nosuid");
        using var copy = new Rights.PublicCopy();
        var result = Command.RunProgram("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", copy.Command, "attach", $"{target.Pid}", "rate:hit");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("CAP_SYS_PTRACE", result.Error, StringComparison.Ordinal);
        target.Fire(Hits);
    }

    [Fact]
    public void Interpreted_code_in_another_root_is_told_by_its_own_paths()
    {
        RequireRoot();
        // The interpreter, its libraries and its own modules, at their paths; the program is where this root has none.
        const string Script =
            "mount -t tmpfs tmpfs $0; cd $0; mkdir -p usr/lib/python3.11 placed; cp -L --parents /usr/bin/python3.11 $(ldd /usr/bin/python3.11 | grep -o '/[^ ]*') .; "
            + "cp -r /usr/lib/python3.11/*.py /usr/lib/python3.11/encodings /usr/lib/python3.11/collections /usr/lib/python3.11/importlib usr/lib/python3.11; printf '%s' \"$1\" > placed/app.py; "
            + "exec chroot . /usr/bin/python3.11 -S /placed/app.py";
        var program = $"import sys\ndef f(x):\n    return x\nprint('ready', flush=True)\nfor line in sys.stdin:\n    for i in range({Hits}): f(i)\n    print('done fired={Hits}', flush=True)\n";
        using var target = PlacedTarget.Script("/usr/bin/python3.11", isInner: false, Script, program);
        foreach (var backend in new[] { "ebpf", "ptrace" })
        {
            using var command = new ArmedCommand(Repository.Command, "attach", $"{target.Pid}", "python:function__entry", "--where", "funcname == \"f\"", "--backend", backend);
            target.Fire(Hits);
            var (exitCode, output, error) = command.Stop();
            Assert.True(exitCode == 0, error);
            Assert.Equal((backend, Hits), (backend, output.Split('\n').Count(l => l.EndsWith("/placed/app.py:2 f", StringComparison.Ordinal))));
        }

        var stacks = Command.Run("stacks", $"{target.Pid}");
        Assert.Contains("<module>", stacks.Output, StringComparison.Ordinal);
        Assert.Contains("/placed/app.py:5", stacks.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_in_memory_is_traced()
    {
        RequireRoot();
        const string Program =
            "import ctypes, os, sys; fd = os.memfd_create('library'); os.write(fd, open(sys.argv[1], 'rb').read()); library = ctypes.CDLL(f'/proc/self/fd/{fd}'); print('ready', flush=True)\n"
            + "for line in sys.stdin: [library.next_seed() for k in range(int(sys.argv[2]))]; print(f'done fired={sys.argv[2]}', flush=True)\n";
        using var target = LiveTarget.Start("/usr/bin/python3.11", ["-c", Program, Repository.Fixture("operands/gcc-O2-so.so"), $"{Hits}"]);
        target.ReadLine();
        foreach (var backend in Backends)
        {
            using var command = new ArmedCommand(Repository.Command, "count", $"{target.Pid}", "uprobe:*:next_seed", "--backend", backend);
            target.WriteLine();
            Assert.Equal($"done fired={Hits}", target.ReadLine(TimeSpan.FromSeconds(60)));
            Assert.Contains($"{Hits} hits", command.Stop().Error, StringComparison.Ordinal);
        }

        Assert.Contains("/memfd:library", Command.Run("list", $"{target.Pid}", "operands").Output.Split('\n'));
    }

    [Fact]
    public void The_debug_file_in_the_targets_root_names_its_functions()
    {
        RequireRoot();
        // burst is in no table of the stripped program.
        const string Script =
            "mount -t tmpfs tmpfs $0; mount -t tmpfs tmpfs /usr/lib/debug; d=/usr/lib/debug/.build-id/$(echo $3 | cut -c1-2); mkdir -p $d; objcopy --only-keep-debug $1 $d/$(echo $3 | cut -c3-).debug; "
            + "cp $2 $0/rate; exec $0/rate $4";
        using var target = PlacedTarget.Script("", isInner: false, "mkdir -p /usr/lib/debug; " + Script, Repository.Fixture("rate/rate"), Repository.Fixture("rate/rate.stripped"), BuildId(), $"{Hits}");
        using var command = new ArmedCommand(Repository.Command, "count", $"{target.Pid}", "uprobe:rate:burst");
        target.Fire(Hits);
        Assert.Contains("1 hits", command.Stop().Error, StringComparison.Ordinal);
        Assert.Contains("rate.c:", Command.Run("stacks", $"{target.Pid}", "--native").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_where_a_debug_file_should_be_is_not_waited_for()
    {
        RequireRoot();
        const string Script =
            "mount -t tmpfs tmpfs $0; mount -t tmpfs tmpfs /usr/lib/debug; d=/usr/lib/debug/.build-id/$(echo $2 | cut -c1-2); mkdir -p $d; mkfifo $d/$(echo $2 | cut -c3-).debug; cp $1 $0/rate; exec $0/rate $3";
        using var target = PlacedTarget.Script("", isInner: false, "mkdir -p /usr/lib/debug; " + Script, Repository.Fixture("rate/rate.stripped"), BuildId(), $"{Hits}");
        var result = Command.Run("count", $"{target.Pid}", "uprobe:rate:burst");
        Assert.Equal(6, result.ExitCode);
        Assert.Contains("[ST0207]", result.Error, StringComparison.Ordinal);
        target.Fire(Hits);
    }

    [Fact]
    public void A_process_is_found_by_the_number_that_its_namespace_has_for_it()
    {
        RequireRoot();
        var number = FreeNumber();
        var program = Repository.Fixture("rate/rate");
        // The shell of a new pid namespace is 1; the next gets the number.
        const string Script = "exec 3<&0; echo $(($2 - 1)) > /proc/sys/kernel/ns_last_pid; $1 $3 <&3 & wait";
        using var target = PlacedTarget.Script(program, isInner: true, Script, program, $"{number}", $"{Hits}");
        var here = Assert.Single(PlacedTarget.FindInner(number));
        Assert.NotEqual(number, here);
        using (var command = new ArmedCommand(Repository.Command, "attach", $"{number}", "rate:hit"))
        {
            target.Fire(Hits);
            Assert.Equal(Hits, command.Stop().Output.Split('\n').Count(l => l.Contains($" {here}/", StringComparison.Ordinal)));
        }

        Assert.Equal(0, Command.Run("stacks", $"{number}").ExitCode);
        // 1 is a process here, and that is meant; with the place said it is the namespace's shell.
        Assert.DoesNotContain("is ", Command.Run("list", "1").Error, StringComparison.Ordinal);
        Assert.Contains($"Process 1@{here} is {target.Pid} here.", Command.Run("list", $"1@{here}").Error, StringComparison.Ordinal);
        Assert.Contains($"Process {number}@{target.Pid} is {here} here.", Command.Run("list", $"{number}@{target.Pid}", "rate").Error, StringComparison.Ordinal);
        Check(Command.Run("list", $"{number - 1}@{target.Pid}"), 6, "ST0101");
        Check(Command.Run("attach", "1@x", "rate:hit"), 2, "ST0001");
        using var second = PlacedTarget.Script(program, isInner: true, Script, program, $"{number}", $"{Hits}");
        Check(Command.Run("attach", $"{number}", "rate:hit"), 6, "ST0111");
    }

    [Fact]
    public void Commands_and_processes_are_traced_from_within_a_namespace()
    {
        RequireRoot();
        var program = $"def f(): pass\nfor i in range({Hits}): f()";
        foreach (var backend in new[] { "ebpf", "ptrace" })
        {
            var result = Command.RunProgram(
                "unshare", "--mount", "--pid", "--fork", "--mount-proc", Repository.Command, "count", "python:function__entry", "--where", "funcname == \"f\"", "--backend", backend, "--", "/usr/bin/python3.11", "-c", program);
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Contains($"{Hits} hits", result.Error, StringComparison.Ordinal);
        }

        using var target = PlacedTarget.Start("pid namespace", Hits);
        foreach (var backend in Backends)
        {
            using var command = new ArmedCommand("nsenter", "--target", $"{target.Pid}", "--mount", "--pid", Repository.Command, "attach", "1", "rate:hit", "-n", $"{Hits}", "--backend", backend);
            target.Fire(Hits);
            Assert.Equal((backend, Hits), (backend, command.WaitForEnd().Output.Split('\n').Count(l => l.Contains("rate:hit", StringComparison.Ordinal))));
        }
    }

    private static void RequireRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to make namespaces and mounts");

    private static void Check(CommandResult result, int exitCode, string id)
    {
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains($"[{id}]", result.Error, StringComparison.Ordinal);
    }

    // A number that no process here has. Since Linux 6.14 namespaces have limits of their own, so that it can be one that none here will ever have.
    private static int FreeNumber()
    {
        const int Limit = 4 << 20; // PID_MAX_LIMIT, include/linux/threads.h
        const int Margin = 1000;
        var maximum = int.Parse(File.ReadAllText("/proc/sys/kernel/pid_max"), System.Globalization.CultureInfo.InvariantCulture);
        var ownLimits = KernelFacts.Read(LinuxSystemCalls.Instance).Version >= new KernelVersion(6, 14);
        Assert.SkipUnless(ownLimits || maximum == Limit, "before Linux 6.14 a number that is free here may be taken a moment later");
        return maximum == Limit ? maximum - Margin : maximum + Margin;
    }

    private static string BuildId()
    {
        var notes = Command.RunProgram("readelf", "--notes", Repository.Fixture("rate/rate")).Output;
        return notes.Split("Build ID: ")[1].Split('\n')[0].Trim();
    }
}
