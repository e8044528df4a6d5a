using System.Runtime.CompilerServices;
using Xunit;

namespace Tracer.D.Tests;

/// <summary>docs/expressions.md says what is true.</summary>
public sealed class DocumentTests
{
    [Fact]
    public void The_examples_of_the_document_compile()
    {
        var examples = File.ReadAllText(PathOf("expressions.md")).Split("```")[1].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(examples.Length, 8, 100);
        foreach (var example in examples)
            Assert.True(ExpressionCompiler.TryCompile(example, TestProbes.FunctionEntry, out _, out var diagnostics), $"{example}\n{Show.Diagnostics(diagnostics)}");
    }

    [Fact]
    public void Every_name_of_a_hit_is_in_the_document()
    {
        var text = File.ReadAllText(PathOf("expressions.md"));
        Assert.All(new Binding.ProbeScope(TestProbes.Tick).OtherNames, n => Assert.Contains(n, text, StringComparison.Ordinal));
    }

    private static string PathOf(string name, [CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "docs", name);
}
