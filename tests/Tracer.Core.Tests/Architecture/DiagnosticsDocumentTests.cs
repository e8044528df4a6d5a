using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace Tracer.Core.Tests.Architecture;

/// <summary>Every diagnostic id of the sources is in docs/diagnostics.md, and no other.</summary>
public sealed partial class DiagnosticsDocumentTests
{
    [Fact]
    public void The_list_of_diagnostics_is_complete()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Root(), "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(f => Id().Matches(File.ReadAllText(f)).Select(m => m.Value));
        var document = Id().Matches(File.ReadAllText(Path.Combine(Root(), "docs", "diagnostics.md"))).Select(m => m.Value);
        Assert.Equal(sources.Distinct().Order(StringComparer.Ordinal), document.Distinct().Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\bST0\d{3}\b")]
    private static partial Regex Id();

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));
}
