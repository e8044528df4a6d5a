using System.Runtime.CompilerServices;
using System.Text.Json;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Runtimes.Python;
using Tracer.Runtimes.Python.Objects;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Reads the objects of native-tests/python/objects.py from outside; the program tells what its own repr() says of them.</summary>
public sealed class ObjectTests
{
    private static readonly PythonValueLimits Everything = new() { Depth = 100, Items = 100_000, TextLength = 100_000, TotalLength = int.MaxValue };

    public static TheoryData<string> Names() => [.. Pythons.NamesWithPydebug];

    [Theory]
    [MemberData(nameof(Names))]
    public void Objects_are_printed_as_the_interpreter_prints_them(string name)
    {
        using var target = Start(name, out var objects);
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var reader = Reader(name, process);
        Assert.True(objects.Count > 110, $"{objects.Count} objects");
        Assert.Equal(objects.Select(o => $"{o.Name}: {o.Repr}"), objects.Select(o => $"{o.Name}: {reader.Print(o.Address, Everything)}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Attributes_of_instances_are_shown_when_asked_for(string name)
    {
        using var target = Start(name, out var objects);
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var reader = Reader(name, process);
        var withAttributes = objects.Where(o => o.Attributes is not null).ToArray();
        Assert.True(withAttributes.Length >= 6);
        Assert.Equal(
            withAttributes.Select(o => $"{o.Repr[..^1]} {string.Join(", ", o.Attributes!.Select(a => $"{a.Name}={a.Repr}"))}>"),
            withAttributes.Select(o => reader.Print(o.Address, Everything with { Attributes = true })));
    }

    private static LiveTarget Start(string name, out List<PythonObject> objects)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        var target = build.Start(Script());
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        objects = [];
        for (var line = target.ReadLine(); line != $"done objects={objects.Count}"; line = target.ReadLine())
        {
            using var json = JsonDocument.Parse(line);
            var fields = json.RootElement;
            var attributes = fields[3].ValueKind == JsonValueKind.Null ? null : fields[3].EnumerateArray().Select(a => (a[0].GetString()!, a[1].GetString()!)).ToArray();
            objects.Add(new PythonObject(fields[0].GetString()!, fields[1].GetUInt64(), fields[2].GetString()!, attributes));
        }

        return target;
    }

    private static PythonObjects Reader(string name, TargetProcess process)
    {
        var build = Pythons.Get(name);
        var layout = PythonObjectLayout.ForVersion(new PythonVersion(build.Major, build.Minor, 0, ""));
        return new PythonObjects(new PageCache(process.Memory), layout!);
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "objects.py"));

    private sealed record PythonObject(string Name, ulong Address, string Repr, (string Name, string Repr)[]? Attributes);
}
