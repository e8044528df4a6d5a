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
    public static TheoryData<string> Names() => [.. Pythons.Names];

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

    private static LiveTarget Start(string name, out List<(ulong Ident, string Name, List<string> Frames)> threads)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var target = build.Start(Script());
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        using var json = JsonDocument.Parse(target.ReadLine());
        threads = [.. json.RootElement.GetProperty("threads").EnumerateArray().Select(t => (
            t.GetProperty("ident").GetUInt64(),
            t.GetProperty("name").GetString()!,
            t.GetProperty("frames").EnumerateArray().Select(f => $"{f[0].GetString()}:{f[1].GetInt32()} {f[2].GetString()} {f[3].GetString()}").ToList()))];
        return target;
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "parked.py"));
}
