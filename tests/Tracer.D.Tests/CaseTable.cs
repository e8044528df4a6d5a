using System.Runtime.CompilerServices;
using Xunit;

namespace Tracer.D.Tests;

/// <summary>
/// Tables of cases in Cases/*.txt: <c>text =&gt; what is expected</c>, a line each, <c>#</c> begins a comment. With SHARPTRACE_UPDATE_CASES=1 a run writes
/// what it got into the tables, to be read in the diff.
/// </summary>
internal static class CaseTable
{
    private const string Arrow = " => ";

    /// <summary>The cases of a table.</summary>
    public static TheoryData<string, string> Read(string name)
    {
        var data = new TheoryData<string, string>();
        foreach (var line in File.ReadAllLines(PathOf(name)))
        {
            if (TryParse(line, out var text, out var expected))
                data.Add(text, expected);
        }

        return data;
    }

    /// <summary>Writes a table anew when that is asked for.</summary>
    public static void Update(string name, Func<string, string> run)
    {
        if (Environment.GetEnvironmentVariable("SHARPTRACE_UPDATE_CASES") != "1")
            return;
        var lines = File.ReadAllLines(PathOf(name));
        var width = lines.Where(l => TryParse(l, out _, out _)).Select(l => Written(l).Length).DefaultIfEmpty(0).Max();
        File.WriteAllLines(PathOf(name), lines.Select(l => TryParse(l, out var text, out _) ? Written(l).PadRight(width) + Arrow + run(text) : l));
    }

    private static bool TryParse(string line, out string text, out string expected)
    {
        (text, expected) = ("", "");
        if (line.Length == 0 || line.StartsWith('#'))
            return false;
        var arrow = line.IndexOf(Arrow, StringComparison.Ordinal);
        text = Written(line).Replace("\\N", "\n", StringComparison.Ordinal);
        expected = arrow < 0 ? "" : line[(arrow + Arrow.Length)..];
        return true;
    }

    private static string Written(string line) => line.IndexOf(Arrow, StringComparison.Ordinal) is var arrow and >= 0 ? line[..arrow].TrimEnd() : line.TrimEnd();

    private static string PathOf(string name, [CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Cases", name + ".txt");
}
