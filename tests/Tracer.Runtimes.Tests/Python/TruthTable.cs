using System.Runtime.CompilerServices;

namespace Tracer.Runtimes.Tests.Python;

/// <summary>
/// The table of docs/runtimes.md that says, for each build, how many frames of how many functions each phase of the counted program has: what is equal to what is traced. With
/// SHARPTRACE_WRITE_DOCS=1 it is written, else what it says must be so.
/// </summary>
internal static class TruthTable
{
    private const string Begin = "<!-- truth table, written by the tests with SHARPTRACE_WRITE_DOCS=1 -->";
    private const string End = "<!-- end of truth table -->";

    private static readonly string[] Phases =
        ["recursion", "deep", "generators", "asynchronous", "exceptions", "methods", "arguments", "callbacks", "closures", "threads", "imports", "non-ASCII", "mixed"];

    private static readonly Lock Writing = new();

    /// <summary>Checks or writes a build's row.</summary>
    /// <param name="build">The build.</param>
    /// <param name="functions">File and number of frames, over so many phases, of each function.</param>
    public static void Check(string build, IEnumerable<(string File, int Frames)> functions)
    {
        var counts = functions.GroupBy(f => PhaseOf(f.File)).ToDictionary(g => g.Key, g => $"{g.Sum(f => f.Frames)} of {g.Count()}");
        var row = $"| {build} | {string.Join(" | ", Phases.Select(p => counts.GetValueOrDefault(p, "-")))} |";
        Assert.Empty(counts.Keys.Except(Phases));
        lock (Writing)
        {
            var lines = File.ReadAllLines(Document()).ToList();
            var (begin, end) = (lines.IndexOf(Begin), lines.IndexOf(End));
            Assert.True(begin >= 0 && end > begin, $"{Document()} has no table.");
            var at = lines.FindIndex(begin, end - begin, l => l.StartsWith($"| {build} |", StringComparison.Ordinal));
            if (Environment.GetEnvironmentVariable("SHARPTRACE_WRITE_DOCS") != "1")
            {
                Assert.Equal(row, at < 0 ? "" : lines[at]);
                return;
            }

            if (at < 0)
                lines.Insert(end, row);
            else
                lines[at] = row;
            lines[begin + 1] = $"| build | {string.Join(" | ", Phases)} |";
            lines[begin + 2] = $"|---|{string.Concat(Phases.Select(_ => "---|"))}";
            File.WriteAllLines(Document(), lines);
        }
    }

    private static string PhaseOf(string file) => Path.GetFileName(file) switch
    {
        "workload.py" => "mixed",
        var name when name.StartsWith("imported_", StringComparison.Ordinal) => "imports",
        var name when name.StartsWith("phase_", StringComparison.Ordinal) => name["phase_".Length..^".py".Length],
        _ => "non-ASCII",
    };

    private static string Document([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "docs", "runtimes.md"));
}
