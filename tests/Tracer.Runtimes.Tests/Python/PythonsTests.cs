using System.Runtime.CompilerServices;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Runtimes.Python;
using Tracer.Testing;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>Every CPython that tests run is what its name says, and is recognised in the process.</summary>
public sealed class PythonsTests
{
    public static TheoryData<string> Names() => [.. Pythons.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_build_runs_a_script_and_is_recognised_by_its_version(string name)
    {
        var build = Pythons.Get(name);
        Assert.SkipWhen(build.Missing is not null, build.Missing ?? "");
        using var target = build.Start(Script(), ["--phases", "1"]);
        Assert.Equal($"ready {target.Pid}", target.ReadLine(TimeSpan.FromSeconds(60)));
        using var process = new TargetOpener(LinuxSystemCalls.Instance).Open(target.Pid);
        var runtime = new PythonRuntime();
        var found = Assert.Single(process.Modules, m => runtime.Recognise(m) is not null);
        Assert.StartsWith($"CPython {build.Feature}.", runtime.Recognise(found)!.Description);
        // The process runs the very file that tests look at as the build's.
        using var file = Open(build.Library, out var module);
        Assert.Equal(module.Image.BuildIdString, found.Image.BuildIdString);
        Assert.Equal(module.Image.Bytes.Length, found.Image.Bytes.Length);
        Assert.Equal(name.EndsWith("-stripped", StringComparison.Ordinal) || build.Root is not null || name == "3.11-debian", found.Image.SymbolTable is null);
    }

    private static IDisposable Open(string path, out TargetModule module)
    {
        module = new TargetOpener(LinuxSystemCalls.Instance).OpenFile(path, out var file);
        return file;
    }

    private static string Script([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "native-tests", "python", "counted.py"));
}
