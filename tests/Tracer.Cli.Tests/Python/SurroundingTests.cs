using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Tracer.Core.Backends;
using Tracer.Core.Events;
using Tracer.Core.Expressions;
using Tracer.Core.Pictures;
using Tracer.Core.Records;
using Tracer.Core.Stacks;
using Tracer.Core.Stacks.Threads;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Python;

/// <summary>pyfunc, pystack and their kin at probes of other code: the Python function that a thread is in.</summary>
public sealed class SurroundingTests
{
    public static TheoryData<string, string> Cases() => [.. Pythons.Names.Select(n => (n, "ebpf")), .. new[] { "2.7", "3.9", "3.12-stripped" }.Select(n => (n, "ptrace"))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Malloc_is_called_from_where_the_program_says(string name, string backend)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script());
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        var choice = backend == "ebpf" ? BackendChoice.Ebpf : BackendChoice.Ptrace;
        await using var allocations = await TraceSession.AttachAsync(
            target.Pid, new TraceOptions { Probes = ["uprobe:libc:malloc"], Where = "arg0 >= 54320 && arg0 < 54400", Values = ["pyfunc, pyline, pyfile, pystack"], Backend = choice }, TestContext.Current.CancellationToken);
        await using var representations = await TraceSession.AttachAsync(
            target.Pid, new TraceOptions { Probes = [$"uprobe:{Path.GetFileName(build.Library)}:PyObject_Repr"], Values = ["pyvalue(arg0), pyfunc"], Backend = BackendChoice.Ebpf },
            TestContext.Current.CancellationToken);
        target.WriteLine();
        var stack = JsonDocument.Parse(target.ReadLine(TimeSpan.FromSeconds(60))).RootElement.EnumerateArray().Select(f => (Function: f[0].GetString()!, Line: f[1].GetInt32())).ToArray();
        Assert.Equal("done", target.ReadLine(TimeSpan.FromSeconds(60)));

        var seen = Assert.Single(await Read(allocations));
        Assert.Equal(stack[0].Function, seen["pyfunc"].Text);
        Assert.Equal(stack[0].Line, seen["pyline"].Int64);
        Assert.EndsWith("surroundings.py", seen["pyfile"].Text);
        Assert.False(seen["pystack"].IsLate);
        var frames = seen["pystack"].ToString().Split(" < ");
        // Qualified names end with what traceback calls the function.
        Assert.Equal(stack.Select(f => $"{f.Function} {f.Line}"), frames.Select(f => $"{f[..f.IndexOf(" (", StringComparison.Ordinal)].Split('.')[^1]} {f[(f.LastIndexOf(':') + 1)..^1]}"));

        var values = (await Read(representations)).Where(e => e["pyfunc"].Text == "<module>").Select(e => e["pyvalue(arg0)"].ToString()).ToArray();
        // What a container holds is asked for too; where all was optimised at link time, some callers have a copy of the function.
        string[] expected = ["12345", build.Major == 2 ? "u'\\xfcber'" : "'über'", "[1, {'a': None}]", "1", "{'a': None}", "'a'", "None"];
        if (build.Root is null && build.Name != "3.11-debian")
            Assert.Equal(expected, values);
        else
            Assert.Subset(expected.ToHashSet(), values.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Frames_of_Python_are_where_the_native_ones_are_that_run_them(string name, string backend)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script());
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        using var names = new StackNames(LinuxSystemCalls.Instance, process);
        var sink = new MergedStacks(names, new PictureReaders(process.Memory));
        await using var session = await TraceSession.AttachAsync(
            target.Pid,
            new TraceOptions
            {
                Probes = ["uprobe:libc:malloc"],
                Where = "arg0 >= 54320 && arg0 < 54400",
                StackBytes = 32768,
                Sink = sink,
                Backend = backend == "ebpf" ? BackendChoice.Ebpf : BackendChoice.Ptrace,
            },
            TestContext.Current.CancellationToken);
        target.WriteLine();
        var stack = JsonDocument.Parse(target.ReadLine(TimeSpan.FromSeconds(60))).RootElement.EnumerateArray().Select(f => $"{f[0].GetString()} {f[1].GetInt32()}").ToArray();
        await session.StopAsync();
        var frames = Assert.Single(sink.Stacks);
        Assert.Equal(stack, frames.Select(f => f.Interpreted).OfType<InterpreterFrameInfo>().Select(f => $"{f.Function} {f.Line}"));
        // malloc and its callers; map() between the method and what it calls; the function that threads run.
        Assert.NotNull(frames[0].Native);
        Assert.NotNull(frames[^1].Native);
        var (asks, method) = (frames.FindIndex(f => f.Interpreted?.Function == "asks"), frames.FindIndex(f => f.Interpreted?.Function == "method"));
        Assert.Contains(frames[asks..method], f => f.Native is not null);
        Assert.DoesNotContain(frames, f => f.Native?.Function is "_PyEval_EvalFrameDefault" || (build.Major == 2 && f.Native?.Function == "PyEval_EvalFrameEx"));
    }

    [Fact]
    public void Types_of_any_file_of_the_process_can_be_named()
    {
        var build = Pythons.Get("3.9");
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script());
        target.ReadLine(TimeSpan.FromSeconds(60));
        var result = Command.Run("attach", target.Pid.ToString(CultureInfo.InvariantCulture), "uprobe:libc:malloc", "--print", "((PyCodeObject *)arg0)->co_argcount", "--duration", "10ms");
        Assert.Equal(0, result.ExitCode);
        result = Command.Run("attach", target.Pid.ToString(CultureInfo.InvariantCulture), "uprobe:libc:malloc", "--print", "((NoSuchType *)arg0)->co_argcount");
        Assert.Equal(2, result.ExitCode);
        result = Command.Run("attach", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "uprobe:libc:malloc", "--print", "pyfunc");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("runs no interpreter", result.Error, StringComparison.Ordinal);
    }

    private static async Task<List<TraceEvent>> Read(TraceSession session)
    {
        await session.StopAsync();
        var events = new List<TraceEvent>();
        await foreach (var item in session.Events)
            events.Add(item);
        return events;
    }

    private sealed class MergedStacks(StackNames names, PictureReaders pictures) : IEventSink
    {
        public List<List<ThreadFrame>> Stacks { get; } = [];

        public void OnEvent(in EventRecord record)
        {
            foreach (var value in record)
            {
                if (value.Planned.Expression.Type is StackType)
                    Stacks.Add([.. names.Of(record, value, pictures, out _)]);
            }
        }

        public void OnBatchEnd()
        {
        }
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "surroundings.py"));
}
