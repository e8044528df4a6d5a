using System.Runtime.CompilerServices;

namespace Tracer.Cli.Tests;

/// <summary>Where things are: the sources, the programs that are traced, the command under test.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The command, built in the configuration of this test.</summary>
    public static string Command { get; } = FindCommand();

    public static string Fixture(string name) => Path.Combine(Root, "native-tests", "out", name);

    public static string PythonPrograms => Path.Combine(Root, "native-tests", "python");

    private static string FindRoot([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));

    // artifacts/bin/Tracer.Cli.Tests/<configuration>/ -> artifacts/bin/Tracer.Cli/<configuration>/sharptrace
    private static string FindCommand()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(own.Parent!.Parent!.FullName, "Tracer.Cli", own.Name, "sharptrace");
    }
}
