using System.Runtime.CompilerServices;
using System.Text.Json;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Threads;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Stacks of native-tests/python/parked.py, whose threads wait in known places, against what the program itself says of them.</summary>
public sealed class ThreadTests
{
    public static TheoryData<string> Names() => [.. Pythons.NamesWithPydebug];

    [Theory]
    [MemberData(nameof(Names))]
    public void Stacks_equal_what_the_program_says_of_its_own(string name)
    {
        using var target = Start(name, out var expected);
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var threads = Read(process);
        Assert.True(expected.Count >= 12);
        foreach (var (ident, threadName, frames) in expected)
        {
            var thread = Assert.Single(threads, t => t.PosixThread == ident);
            Assert.Null(thread.Problem);
            Assert.Equal(threadName, thread.Name);
            Assert.Equal(0, thread.Interpreter);
            Assert.Equal(frames, thread.Frames.Select(f => $"{f.Code.FileName}:{f.Line} {f.Code.Name} {f.Code.QualifiedName}"));
        }

        Assert.Equal(["reporter"], threads.Where(t => expected.All(e => e.Ident != t.PosixThread)).Select(t => t.Name));
    }

    // The module faulthandler walks frames by itself, and writes from another thread as from a crashed process: it shows file, line and function of a hundred frames.
    [Theory]
    [MemberData(nameof(Names))]
    public void Stacks_equal_those_of_traceback_and_faulthandler(string name)
    {
        using var target = Start(name, out _, out var said);
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var threads = Read(process);
        var count = 0;
        foreach (var thread in said.GetProperty("threads").EnumerateArray())
        {
            var own = Assert.Single(threads, t => t.PosixThread == thread.GetProperty("ident").GetUInt64());
            Assert.Equal(
                thread.GetProperty("traceback").EnumerateArray().Select(f => $"{f[0].GetString()}:{f[1].GetInt32()} {f[2].GetString()}"),
                own.Frames.Select(f => $"{f.Code.FileName}:{f.Line} {f.Code.Name}"));
            count++;
        }

        Assert.True(count >= 12);
        if (said.GetProperty("faulthandler").GetString() is not { } text)
            return;
        var dumped = Dumps(text);
        Assert.Equal(threads.Select(t => t.PosixThread).Order(), dumped.Keys.Order());
        foreach (var thread in threads.Where(t => t.Name != "reporter"))
            Assert.Equal(dumped[thread.PosixThread], thread.Frames.Take(dumped[thread.PosixThread].Count).Select(f => $"File \"{Escape(f.Code.FileName)}\", line {f.Line} in {Escape(f.Code.Name)}"));
    }

    // Thread 0x00007f... [name] (most recent call first), then a line for each frame, `...` behind a hundred.
    private static Dictionary<ulong, List<string>> Dumps(string text)
    {
        var found = new Dictionary<ulong, List<string>>();
        List<string> frames = [];
        foreach (var line in text.Split('\n'))
        {
            if (line.IndexOf("hread 0x", StringComparison.Ordinal) is >= 0 and var at)
                found[ulong.Parse(line.AsSpan(at + 8, 16), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture)] = frames = [];
            else if (line.StartsWith("  File", StringComparison.Ordinal))
                frames.Add(line.Trim());
        }

        return found;
    }

    // Python/traceback.c, _Py_DumpASCII.
    private static string Escape(string text) => string.Concat(text.EnumerateRunes().Select(r => r.Value switch
    {
        >= ' ' and < 127 => r.ToString(),
        <= 0xff => $"\\x{r.Value:x2}",
        <= 0xffff => $"\\u{r.Value:x4}",
        _ => $"\\U{r.Value:x8}",
    }));

    private static IReadOnlyList<PythonThread> Read(TargetProcess process)
    {
        var runtime = new PythonRuntime();
        var module = Assert.Single(process.Modules, m => runtime.Recognise(m) is not null);
        var reader = PythonThreads.Open(module, out var problem);
        Assert.Null(problem);
        var threads = reader!.Read(new PageCache(process.Memory), out problem);
        Assert.Null(problem);
        return threads;
    }

    private static LiveTarget Start(string name, out List<(ulong Ident, string Name, List<string> Frames)> threads) => Start(name, out threads, out _);

    private static LiveTarget Start(string name, out List<(ulong Ident, string Name, List<string> Frames)> threads, out JsonElement said)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var target = build.Start(Script());
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        using var json = JsonDocument.Parse(target.ReadLine());
        said = json.RootElement.Clone();
        threads = [.. json.RootElement.GetProperty("threads").EnumerateArray().Select(t => (
            t.GetProperty("ident").GetUInt64(),
            t.GetProperty("name").GetString()!,
            t.GetProperty("frames").EnumerateArray().Select(f => $"{f[0].GetString()}:{f[1].GetInt32()} {f[2].GetString()} {f[3].GetString()}").ToList()))];
        return target;
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "parked.py"));
}
