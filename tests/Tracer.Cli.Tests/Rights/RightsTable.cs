using Xunit;

namespace Tracer.Cli.Tests.Rights;

/// <summary>The table of docs/rights.md. With SHARPTRACE_WRITE_DOCS=1 it is written, else what it says must be so.</summary>
internal static class RightsTable
{
    private const string Begin = "<!-- table, written by the tests with SHARPTRACE_WRITE_DOCS=1 -->";
    private const string End = "<!-- end of table -->";

    public static void Check(string configuration, params string[] cells)
    {
        var path = Path.Combine(Repository.Root, "docs", "rights.md");
        var row = $"| {configuration} | {string.Join(" | ", cells)} |";
        var lines = File.ReadAllLines(path).ToList();
        var (begin, end) = (lines.IndexOf(Begin), lines.IndexOf(End));
        Assert.True(begin >= 0 && end > begin, $"{path} has no table.");
        var at = lines.FindIndex(begin, end - begin, l => l.StartsWith($"| {configuration} |", StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("SHARPTRACE_WRITE_DOCS") != "1")
        {
            Assert.Equal(at < 0 ? "" : lines[at], row);
            return;
        }

        if (at < 0)
            lines.Insert(end, row);
        else
            lines[at] = row;
        File.WriteAllLines(path, lines);
    }
}
