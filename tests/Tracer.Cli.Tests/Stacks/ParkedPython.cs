using System.Text.Json;
using Tracer.Testing;
using Xunit;

namespace Tracer.Cli.Tests.Stacks;

/// <summary>native-tests/python/parked.py under some CPython: threads that wait in known places, and what the program says of them.</summary>
internal sealed class ParkedPython : IDisposable
{
    private readonly LiveTarget _target;

    private ParkedPython(LiveTarget target, Dictionary<string, List<string>> threads, Dictionary<string, List<Dictionary<string, string?>>> locals) =>
        (_target, Threads, Locals) = (target, threads, locals);

    public int Pid => _target.Pid;

    public LiveTarget Target => _target;

    /// <summary>By name: frames as <c>file:line qualified name</c>, innermost first.</summary>
    public Dictionary<string, List<string>> Threads { get; }

    /// <summary>By name: the variables of every frame, null those that the program prints itself.</summary>
    public Dictionary<string, List<Dictionary<string, string?>>> Locals { get; }

    public static ParkedPython Start(string name, params string[] arguments)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var target = build.Start(Path.Combine(Repository.PythonPrograms, "parked.py"), arguments);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        using var json = JsonDocument.Parse(target.ReadLine());
        var threads = new Dictionary<string, List<string>>();
        var locals = new Dictionary<string, List<Dictionary<string, string?>>>();
        foreach (var thread in json.RootElement.GetProperty("threads").EnumerateArray())
        {
            var frames = thread.GetProperty("frames").EnumerateArray().Select(f => $"{f[0].GetString()}:{f[1].GetInt32()} {f[3].GetString() ?? f[2].GetString()}").ToList();
            threads.TryAdd(thread.GetProperty("name").GetString()!, frames);
            locals.TryAdd(
                thread.GetProperty("name").GetString()!,
                [.. thread.GetProperty("frames").EnumerateArray().Select(f => f[4].EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()))]);
        }

        return new ParkedPython(target, threads, locals);
    }

    public void Dispose() => _target.Dispose();
}
