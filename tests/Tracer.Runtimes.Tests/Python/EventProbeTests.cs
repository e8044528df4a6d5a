using System.Runtime.CompilerServices;
using Tracer.Runtimes.Python;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Traces native-tests/python/events.py, which knows its exceptions, collections and imports.</summary>
public sealed class EventProbeTests
{
    private static readonly string[] Names =
        ["exception__raised", "exception__caught", "gc__start", "gc__done", "import__find__load__start", "import__find__load__done"];

    public static TheoryData<string, string> Cases() =>
    [
        .. from build in Pythons.NamesWithPydebug select (build, "ebpf"),
        .. from build in new[] { "2.7-stripped", "3.10", "3.13-stripped" } select (build, "ptrace"),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Exceptions_collections_and_imports_are_those_of_the_program(string name, string backendName)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script());
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        var sink = new EventSink();
        await using var traced = await TracedProbes.AttachAsync(target.Pid, backendName, [new PythonRuntime()], [.. Names.Select(n => $"python:{n}")], sink);
        target.WriteLine();
        Assert.Equal("over", target.ReadLine(TimeSpan.FromSeconds(60)));
        await traced.StopAsync();
        target.WriteLine();
        var said = new List<string[]>();
        for (var line = target.ReadLine(TimeSpan.FromSeconds(60)); line != "done"; line = target.ReadLine(TimeSpan.FromSeconds(60)))
            said.Add(line.Split(' '));

        foreach (var what in new[] { "raised", "caught" })
        {
            Assert.Equal(
                said.Where(s => s[0] == what).Select(s => $"{s[1]} {s[2]} line {s[3]}: {s[4]}").Order(StringComparer.Ordinal),
                sink.Of($"exception__{what}").Where(e => e[2].EndsWith("events.py", StringComparison.Ordinal))
                    .GroupBy(e => $"{TypeName(e[0])} {e[1].Replace(' ', '_')} line {e[3]}").Select(g => $"{g.Key}: {g.Count()}").Order(StringComparer.Ordinal));
        }

        var collections = said.Where(s => s[0] == "collected").ToArray();
        Assert.Equal(collections.Select(s => s[1]), sink.Of("gc__start").Select(e => e[0]));
        Assert.Equal(collections.Select(s => s[2]), sink.Of("gc__done").Select(e => e[0]));
        if (build.Major > 2)
            Assert.Equal($"callbacks {collections.Length} {collections.Length}", string.Join(' ', said.Single(s => s[0] == "callbacks")));

        var imported = said.Where(s => s[0] == "imported").ToArray();
        Assert.Equal(
            imported.Select(s => s[1]).Order(StringComparer.Ordinal),
            sink.Of("import__find__load__start").Select(e => e[0]).Where(IsOurs).Order(StringComparer.Ordinal));
        Assert.Equal(
            imported.Select(s => $"{s[1]} {s[2]}").Order(StringComparer.Ordinal),
            sink.Of("import__find__load__done").Where(e => IsOurs(e[0])).Select(e => $"{e[0]} {e[1]}").Order(StringComparer.Ordinal));

        // The interpreter's own name of a built-in type has its module in 2.7.
        string TypeName(string name) => build.Major == 2 ? name.Replace("exceptions.", "", StringComparison.Ordinal) : name;

        static bool IsOurs(string module) => module.StartsWith("events_", StringComparison.Ordinal);
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "events.py"));
}
