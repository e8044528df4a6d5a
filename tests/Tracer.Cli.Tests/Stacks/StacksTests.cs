using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Stacks;

/// <summary><c>sharptrace stacks</c> against what programs say of themselves and what gdb says of them.</summary>
public sealed class StacksTests
{
    // Every thread of the process, by the kernel's id, without frames that gdb reconstructs.
    private const string GdbScript = """
        import gdb
        gdb.execute("set backtrace past-main on")
        gdb.execute("set backtrace past-entry on")
        for thread in gdb.selected_inferior().threads():
            thread.switch()
            print("THREAD %d" % thread.ptid[1])
            frame = gdb.newest_frame()
            while frame is not None:
                if frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME):
                    print("FRAME %x %s" % (frame.pc(), frame.name()))
                frame = frame.older()
        """;

    public static TheoryData<string> Names() => [.. Pythons.NamesWithPydebug];

    [Theory]
    [MemberData(nameof(Names))]
    public void Python_frames_are_those_that_the_program_has(string name)
    {
        using var python = ParkedPython.Start(name);
        var records = StackRecords.Of(python.Pid);
        Assert.True(python.Threads.Count >= 12);
        foreach (var (thread, frames) in python.Threads)
        {
            var stack = records.Named(thread);
            Assert.Equal(frames, StackRecords.Python(stack));
            Assert.False(stack.TryGetProperty("problems", out var problems), $"{problems}");
            Assert.True(stack.GetProperty("consistent").GetBoolean());
            Assert.Contains(stack.GetProperty("tid").GetInt32(), Tasks(python.Pid));
        }

        Assert.Equal(records.Stacks.Count, records.Stacks.Select(s => s.GetProperty("tid").GetInt32()).Distinct().Count());
        Assert.True(records.Summary.GetProperty("targetStoppedMilliseconds").GetDouble() > 0);
        Assert.StartsWith($"CPython {Pythons.Get(name).Feature}.", records.Summary.GetProperty("runtimes")[0].GetString(), StringComparison.Ordinal);
        AssertGoesOn(python);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Native_frames_are_between_them_and_whole(string name)
    {
        using var python = ParkedPython.Start(name);
        var records = StackRecords.Of(python.Pid, "--native");
        foreach (var (thread, frames) in python.Threads)
        {
            var stack = records.Named(thread);
            Assert.False(stack.TryGetProperty("problems", out var problems), $"{thread}: {problems}");
            Assert.Equal(frames, StackRecords.Python(stack));
            var native = StackRecords.Native(stack);
            // Innermost a wait in libc, outermost the start of the thread; each way from Python through C and back is a run of its own.
            Assert.NotEqual("python", native[0]);
            Assert.NotEqual("python", native[^1]);
            if (thread is "waits in c_callbacks" or "waits in qsort")
                Assert.True(native.Count(f => f == "python") >= (thread == "waits in qsort" ? 2 : 3), string.Join(' ', native));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Variables_are_those_of_the_frames(string name)
    {
        using var python = ParkedPython.Start(name);
        var records = StackRecords.Of(python.Pid, "--locals");
        var compared = 0;
        foreach (var (thread, frames) in python.Locals)
        {
            var actual = records.Named(thread).GetProperty("frames").EnumerateArray().ToList();
            Assert.Equal(frames.Count, actual.Count);
            foreach (var (expected, frame) in frames.Zip(actual))
            {
                var variables = frame.TryGetProperty("locals", out var locals)
                    ? locals.EnumerateObject().ToDictionary(p => p.Name, p => expected.GetValueOrDefault(p.Name) is null ? null : p.Value.GetString())
                    : [];
                Assert.Equal(expected.OrderBy(e => e.Key, StringComparer.Ordinal), variables.OrderBy(e => e.Key, StringComparer.Ordinal));
                compared += expected.Count(e => e.Value is not null);
            }
        }

        Assert.True(compared > 50, $"{compared} variables compared");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_thread_that_runs_holds_the_lock_and_is_in_its_function(string name)
    {
        using var python = ParkedPython.Start(name, "--busy");
        // Others want nothing, so that it has the lock but for moments in which it offers it.
        Until(() =>
        {
            var records = StackRecords.Of(python.Pid, "--native");
            var holders = records.Stacks.Where(s => s.GetProperty("holdsLock").GetBoolean()).ToList();
            Assert.All(holders, s => Assert.Equal("spins", s.GetProperty("name").GetString()));
            var spins = records.Named("spins");
            Assert.False(spins.TryGetProperty("problems", out var problems), $"{problems}");
            Assert.Matches(@"parked\.py:\d+ spin$", StackRecords.Python(spins).First());
            return holders.Count == 1;
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Native_frames_are_those_of_gdb_but_for_the_evaluation_function(string name)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gdb"), "gdb is not installed.");
        using var python = ParkedPython.Start(name);
        var records = StackRecords.Of(python.Pid, "--native");
        var build = Pythons.Get(name);
        var gdb = Gdb(python.Pid, build);
        Assert.Equal(records.Stacks.Select(s => s.GetProperty("tid").GetInt32()).Order(), gdb.Keys.Order());
        var evaluations = new HashSet<ulong>();
        var others = new HashSet<ulong>();
        foreach (var stack in records.Stacks)
        {
            var (ours, theirs) = (StackRecords.Native(stack), gdb[stack.GetProperty("tid").GetInt32()]);
            if (build.Root is null)
                Assert.Equal(theirs.Select(f => IsEvaluation(f.Name) ? "python" : $"{f.Address:x}"), ours);
            // The evaluation function of the others is without a name.
            Assert.Equal(theirs.Select((f, k) => k < ours.Count && ours[k] == "python" ? "python" : $"{f.Address:x}"), ours);
            for (var k = 0; k < ours.Count; k++)
                (ours[k] == "python" ? evaluations : others).Add(theirs[k].Address);
        }

        if (build.Root is null)
            return;
        // What stands where Python frames are is one function, in one or two parts, and stands nowhere else.
        var functions = CallFrameRanges(build.Program);
        var parts = evaluations.Select(a => functions.Last(f => f.Start < a)).Distinct().ToList();
        Assert.InRange(parts.Count, 1, 2);
        Assert.All(evaluations, a => Assert.Contains(parts, p => a > p.Start && a <= p.End));
        Assert.DoesNotContain(others, a => parts.Exists(p => a > p.Start && a <= p.End));
        Assert.Contains(parts, p => p.End - p.Start > 20_000);
    }

    public static TheoryData<string> NamesWithInterpreters() => [.. Pythons.NamesWithPydebug.Where(n => Pythons.Get(n).IsAtLeast(3, 8))];

    // Up to 3.12 a sub-interpreter's thread state is that of the thread that made it, in whatever thread it runs.
    [Theory]
    [MemberData(nameof(NamesWithInterpreters))]
    public void Frames_of_sub_interpreters_are_in_the_threads_that_run_them(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Path.Combine(Repository.PythonPrograms, "variant.py"), ["parked"]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        foreach (var arguments in new string[][] { [], ["--native"] })
        {
            var records = StackRecords.Of(target.Pid, arguments);
            var seen = 0;
            foreach (var which in new[] { "one", "other" })
            {
                string[] inner = [$"<{which}>:3 waits_in_{which}", $"<{which}>:6 outer_{which}", $"<{which}>:7 <module>"];
                var stack = Assert.Single(records.Stacks, s => StackRecords.Python(s).Any(f => f.EndsWith($" waits_in_{which}", StringComparison.Ordinal)));
                Assert.True(stack.GetProperty("interpreter").GetInt64() > 0);
                if (!build.IsAtLeast(3, 10))
                {
                    // They are not left out, and not said to be that thread's without doubt.
                    Assert.Contains(stack.GetProperty("problems").EnumerateArray(), p => p.GetString()!.Contains($"which thread runs interpreter", StringComparison.Ordinal));
                    continue;
                }

                Assert.False(stack.TryGetProperty("problems", out var problems), $"{problems}");
                Assert.Equal($"holds {which}", stack.GetProperty("name").GetString());
                // The frames of the main interpreter's thread are below them.
                Assert.Equal(inner, StackRecords.Python(stack).Take(3));
                Assert.EndsWith(build.IsAtLeast(3, 11) ? " Thread._bootstrap" : " _bootstrap", StackRecords.Python(stack).Last(), StringComparison.Ordinal);
                seen++;
            }

            Assert.Equal(build.IsAtLeast(3, 10) ? 2 : 0, seen);
        }
    }

    [Theory]
    [InlineData("static")]
    [InlineData("static-3.6")]
    [InlineData("static-3.9")]
    [InlineData("static-3.13")]
    [InlineData("loads", "libpython3.11.so.1.0", "libpython3.11d.so.1.0")]
    public void Interpreters_in_other_programs_have_stacks(string program, params string[] libraries)
    {
        var path = Repository.Fixture("embed/" + program);
        var files = libraries.Select(l => "/usr/lib/x86_64-linux-gnu/" + l).ToList();
        Assert.SkipUnless(File.Exists(path) && files.TrueForAll(File.Exists), "libpython3.11-dev or libpython3.11-dbg is not installed.");
        using var target = LiveTarget.Start(path, [Path.Combine(Repository.PythonPrograms, "waits.py"), .. files]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        target.WriteLine();
        var count = Math.Max(1, files.Count);
        for (var k = 0; k < count; k++)
            Assert.Equal("waits", target.ReadLine(TimeSpan.FromSeconds(60)));
        // The line is written a moment before the wait.
        Until(() => StackRecords.Of(target.Pid).Stacks.Count(s => StackRecords.Python(s).First().EndsWith(" waits", StringComparison.Ordinal)) == count);
        var records = StackRecords.Of(target.Pid, "--native");
        Assert.Equal(count, records.Summary.GetProperty("runtimes").GetArrayLength());
        for (var k = 0; k < count; k++)
        {
            var stack = Assert.Single(records.Stacks, s => StackRecords.Python(s).Any(f => f.StartsWith($"<embedded {k}>", StringComparison.Ordinal)));
            Assert.False(stack.TryGetProperty("problems", out var problems), $"{problems}");
            Assert.Equal([$"<embedded {k}>:8 waits", $"<embedded {k}>:13 run", "<string>:1 <module>"], StackRecords.Python(stack));
            Assert.NotEqual("python", StackRecords.Native(stack)[^1]);
        }
    }

    [Fact]
    public void The_text_has_a_paragraph_for_each_thread()
    {
        using var python = ParkedPython.Start("3.11-debian");
        var result = Command.Run("stacks", $"{python.Pid}");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var paragraphs = result.Output.Split("\n\n");
        Assert.Matches($"^Process {python.Pid}: /usr/bin/python3.11 .*\nCPython 3.11[.0-9]*, stopped for [0-9.]+ ms$", paragraphs[0]);
        var main = Assert.Single(paragraphs, p => p.StartsWith($"Thread {python.Pid} ", StringComparison.Ordinal));
        Assert.Equal(
            $"Thread {python.Pid} \"MainThread\" (python3.11)\n" + string.Concat(python.Threads["MainThread"].Select(f => $"    {f.Split(' ')[1]} ({f.Split(' ')[0]})\n")),
            main + (main.EndsWith('\n') ? "" : "\n"));
    }

    [Fact]
    public void Threads_can_be_chosen_and_a_wrong_one_is_told()
    {
        using var python = ParkedPython.Start("3.11-debian");
        var some = StackRecords.Of(python.Pid).Stacks.Select(s => s.GetProperty("tid").GetInt32()).Take(2).ToArray();
        Assert.Equal(some, StackRecords.Of(python.Pid, ["--threads", .. some.Select(s => $"{s}")]).Stacks.Select(s => s.GetProperty("tid").GetInt32()));
        var wrong = Command.Run("stacks", $"{python.Pid}", "--threads", "1");
        Assert.Equal(6, wrong.ExitCode);
        Assert.Contains("[ST0219]", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_is_not_stopped_is_marked()
    {
        using var python = ParkedPython.Start("3.11-debian");
        var records = StackRecords.Of(python.Pid, "--no-stop");
        Assert.Equal("it was asked for", records.Summary.GetProperty("notStopped").GetString());
        Assert.All(records.Stacks, s => Assert.False(s.GetProperty("consistent").GetBoolean()));
        Assert.Equal(python.Threads["MainThread"], StackRecords.Python(records.Named("MainThread")));
    }

    [Fact]
    public void A_process_without_an_interpreter_has_native_stacks()
    {
        using var target = LiveTarget.Start(Repository.Fixture("stacks/stacks"), ["thread"]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine());
        var records = StackRecords.Of(target.Pid);
        Assert.Equal(2, records.Stacks.Count);
        Assert.All(records.Stacks, s => Assert.True(StackRecords.Native(s).Count > 2));
        Assert.Empty(records.Summary.GetProperty("runtimes").EnumerateArray());
    }

    [Fact]
    public void A_process_that_is_stopped_by_a_signal_stays_so()
    {
        using var python = ParkedPython.Start("3.11-debian");
        python.Target.Send(Tracer.Linux.Signal.Stop);
        Until(() => State(python.Pid) == 'T');
        Assert.Equal(python.Threads["MainThread"], StackRecords.Python(StackRecords.Of(python.Pid).Named("MainThread")));
        Until(() => State(python.Pid) == 'T');
        python.Target.Send(Tracer.Linux.Signal.Cont);
        AssertGoesOn(python);
    }

    [Fact]
    public void There_is_no_such_process()
    {
        var result = Command.Run("stacks", "4194304");
        Assert.Equal(6, result.ExitCode);
        Assert.Contains("[ST0101]", result.Error, StringComparison.Ordinal);
    }

    private static void AssertGoesOn(ParkedPython python)
    {
        python.Target.WriteLine();
        Assert.Equal(0, python.Target.WaitForExit(TimeSpan.FromSeconds(20)).ExitCode);
    }

    private static void Until(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20));
            Thread.Sleep(1);
        }
    }

    private static char State(int pid) => File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1][0];

    private static HashSet<int> Tasks(int pid) => [.. Directory.EnumerateDirectories($"/proc/{pid}/task").Select(d => int.Parse(Path.GetFileName(d)))];

    private static bool IsEvaluation(string name) => name.StartsWith("_PyEval_EvalFrameDefault", StringComparison.Ordinal) || name.StartsWith("PyEval_EvalFrameEx", StringComparison.Ordinal);

    // Under another root gdb looks for files from ours on, unless it is told; the program's own path it does not find then.
    private static Dictionary<int, List<(ulong Address, string Name)>> Gdb(int pid, PythonBuild build)
    {
        var script = Path.GetTempFileName() + ".py";
        File.WriteAllText(script, GdbScript);
        string[] root = build.Root is null ? [] : ["-iex", $"set sysroot {build.Root}", build.Program];
        var result = Command.RunProgram("/usr/bin/env", ["DEBUGINFOD_URLS=", "/usr/bin/gdb", "-nx", "-batch", "-p", $"{pid}", "-x", script, .. root]);
        File.Delete(script);
        var threads = new Dictionary<int, List<(ulong, string)>>();
        List<(ulong, string)>? frames = null;
        foreach (var words in result.Output.Split('\n').Select(l => l.Split(' ')))
        {
            if (words[0] == "THREAD")
                threads[int.Parse(words[1])] = frames = [];
            else if (words[0] == "FRAME")
                frames!.Add((ulong.Parse(words[1], NumberStyles.HexNumber), words[2]));
        }

        Assert.True(threads.Count > 0, result.Output + result.Error);
        return threads;
    }

    // The functions of a program without a symbol table, in ascending order: each has an entry of call frame information. The program is not moved when it is loaded.
    private static List<(ulong Start, ulong End)> CallFrameRanges(string program) =>
    [
        .. Command.RunProgram("/usr/bin/readelf", "--debug-dump=frames-interp", program).Output.Split('\n').Select(l => Regex.Match(l, "pc=([0-9a-f]+)\\.\\.([0-9a-f]+)"))
            .Where(m => m.Success).Select(m => (ulong.Parse(m.Groups[1].ValueSpan, NumberStyles.HexNumber), ulong.Parse(m.Groups[2].ValueSpan, NumberStyles.HexNumber))).Order(),
    ];
}
