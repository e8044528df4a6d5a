using System.Globalization;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Hostile;

/// <summary>native-tests/hostile: a process whose notes, names, memory and files lie, or that is another one at every look.</summary>
public sealed class HostileTargetTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string[]> Looks => new()
    {
        { "list", [] },
        { "stacks", [] },
        { "stacks", ["--native", "--locals"] },
        { "attach", ["hostile:*", "--duration", "300ms"] },
        { "attach", ["hostile:fine", "--duration", "300ms", "--backend", "ptrace", "--stack"] },
        { "count", ["hostile:fine", "--by", "execname,ustack", "--duration", "300ms"] },
        { "attach", ["python:*", "--duration", "300ms"] },
        { "alloc", ["--duration", "300ms"] },
    };

    [Theory]
    [MemberData(nameof(Looks))]
    public void A_process_whose_files_and_memory_lie_is_looked_at_in_bounds(string verb, string[] arguments)
    {
        using var target = Start("threads", "150");
        BoundedCommand.Run([verb, Pid(target), .. arguments]);
        Assert.Null(target.ExitStatus);
        Assert.Equal(0, new ProcFs(LinuxSystemCalls.Instance).Status(target.Pid).Value.TracerPid);
    }

    [Fact]
    public void Notes_that_lie_are_told_and_the_others_are_listed()
    {
        var result = BoundedCommand.Run("list", Repository.Fixture("hostile/hostile"));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("hostile:fine", result.Output, StringComparison.Ordinal);
        Assert.Contains(@"hostile:\x1b[2J\x1b]0;title\x07", result.Output, StringComparison.Ordinal);
        Assert.Contains("ELF030", result.Error, StringComparison.Ordinal);
        Assert.Contains("ELF020", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("perf")]
    [InlineData("ptrace")]
    public void Events_of_a_thread_with_a_hostile_name_are_right(string backend)
    {
        using var target = Start("threads", "20");
        var result = BoundedCommand.Run("attach", Pid(target), "hostile:fine", "-n", "5", "--backend", backend);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(5, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Endless_lists_of_a_false_interpreter_end_with_a_reason()
    {
        using var target = Start("threads", "3");
        var result = BoundedCommand.Run("stacks", Pid(target));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("CPython 3.12", result.Output + result.Error, StringComparison.Ordinal);
        Assert.Contains("[ST0230]", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_whose_name_steers_terminals_is_made_visible()
    {
        using var target = Start("threads", "3");
        var result = BoundedCommand.Run("stacks", Pid(target), "--native");
        Assert.Contains(@"evil\x1b[31m\nname", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fifo_in_the_place_of_a_map_of_generated_code_holds_nobody_up()
    {
        using var target = Start("map");
        var path = $"/tmp/perf-{Pid(target)}.map";
        Assert.Equal(0, Command.RunProgram("/usr/bin/mkfifo", path).ExitCode);
        try
        {
            var result = BoundedCommand.Run("stacks", Pid(target), "--native");
            Assert.Equal(0, result.ExitCode);
            Assert.Contains(@"evil\x1b[31m\nname", result.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("exits")]
    [InlineData("execs")]
    [InlineData("unmaps")]
    public void A_process_that_is_another_at_every_look_ends_in_a_message_or_an_answer(string mode)
    {
        foreach (var backend in (string[])["ebpf", "perf", "ptrace"])
        {
            using var target = Start(mode, mode == "unmaps" ? [Repository.Fixture("hostile/liblies.so")] : []);
            BoundedCommand.Run("attach", Pid(target), "hostile:fine", "--duration", "300ms", "--backend", backend);
            Assert.True(mode == "exits" || target.ExitStatus is null, $"{mode} under {backend}: {target.ExitStatus}");
        }

        using var looked = Start(mode, mode == "unmaps" ? [Repository.Fixture("hostile/liblies.so")] : []);
        BoundedCommand.Run("stacks", Pid(looked), "--native");
        Assert.True(mode == "exits" || looked.ExitStatus is null, $"{mode}: {looked.ExitStatus}");
    }

    [Fact]
    public void A_file_that_is_cut_short_while_it_is_read_ends_in_a_message_or_an_answer()
    {
        var folder = Directory.CreateTempSubdirectory("sharptrace-hostile");
        try
        {
            // It is whole half of the time.
            using var target = Start("shrinks", Repository.Fixture("sites/many"), Path.Combine(folder.FullName, "file"));
            for (var k = 0; k < 12; k++)
            {
                BoundedCommand.Run("list", Pid(target));
                BoundedCommand.Run("attach", Pid(target), "*:*", "--duration", "20ms");
                Assert.Null(target.ExitStatus);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("stacks", new[] { "--locals" })]
    [InlineData("attach", new[] { "python:function__entry", "--args", "--print", "pystack", "-n", "20" })]
    [InlineData("attach", new[] { "python:function__entry", "--args", "-n", "20", "--backend", "ptrace" })]
    [InlineData("count", new[] { "python:function__entry", "--by", "funcname", "--duration", "200ms" })]
    [InlineData("attach", new[] { "python:instance__new", "--duration", "200ms" })]
    public void Names_of_four_gibibytes_are_shown_in_bounds(string verb, string[] arguments)
    {
        using var target = LiveTarget.Start("/usr/bin/python3", [Path.Combine(Repository.Root, "native-tests", "hostile", "names.py")]);
        target.ReadLine(Patience);
        var result = BoundedCommand.Run([verb, Pid(target), .. arguments]);
        Assert.Equal(0, result.ExitCode);
        Assert.InRange(result.Output.Length, 1, 1 << 20);
        Assert.Null(target.ExitStatus);
    }

    [Fact]
    public void Two_thousand_mapped_files_are_read_in_bounds()
    {
        var folder = Directory.CreateTempSubdirectory("sharptrace-hostile");
        try
        {
            var library = File.ReadAllBytes(Repository.Fixture("hostile/liblies.so"));
            for (var k = 0; k < 2000; k++)
                File.WriteAllBytes(Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"lib{k}.so")), library);
            using var target = Start("maps", folder.FullName);
            var listed = BoundedCommand.Run("list", Pid(target), "hostile:*");
            Assert.Equal(0, listed.ExitCode);
            BoundedCommand.Run("stacks", Pid(target), "--native");
            Assert.Null(target.ExitStatus);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static LiveTarget Start(params string[] arguments)
    {
        var target = LiveTarget.Start(Repository.Fixture("hostile/hostile"), arguments);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(Patience));
        return target;
    }

    private static LiveTarget Start(string mode, string[] rest) => Start([mode, .. rest]);

    private static string Pid(LiveTarget target) => target.Pid.ToString(CultureInfo.InvariantCulture);
}
