using Tracer.Core.Expressions;
using Xunit;

namespace Tracer.D.Tests;

/// <summary>The door of the project.</summary>
public sealed class ExpressionCompilerTests
{
    [Fact]
    public void One_text_is_compiled_for_each_probe_and_names_the_one_that_lacks_a_name()
    {
        const string Text = "lineno > 10";
        Assert.True(ExpressionCompiler.TryCompile(Text, TestProbes.FunctionEntry, out var expression, out var diagnostics));
        Assert.Empty(diagnostics);
        Assert.Equal(IntegerType.Int32, expression.Type);
        Assert.False(ExpressionCompiler.TryCompile(Text, TestProbes.Tick, out expression, out diagnostics));
        Assert.Null(expression);
        var diagnostic = Assert.Single(diagnostics);
        Assert.Equal("'lineno' is no parameter of app:tick", diagnostic.Message);
        Assert.Equal("it has no parameters, and there are values such as pid, tid, execname, timestamp", diagnostic.Hint);
    }

    [Fact]
    public void A_position_beyond_the_parameters_says_how_many_there_are()
    {
        Assert.False(ExpressionCompiler.TryCompile("arg0", TestProbes.Tick, out _, out var diagnostics));
        Assert.Equal("app:tick has no parameters, so there is no arg0", Assert.Single(diagnostics).Message);
    }

    [Fact]
    public void No_text_is_no_expression()
    {
        foreach (var text in new[] { "", " ", "\n", "/* nothing */", "// nothing" })
        {
            Assert.False(ExpressionCompiler.TryCompile(text, TestProbes.Tick, out _, out var diagnostics));
            Assert.Equal("an operand was expected, not the end", Assert.Single(diagnostics).Message);
            Assert.False(ExpressionCompiler.TryCompileList(text, TestProbes.Tick, out var items, out _));
            Assert.Empty(items);
        }
    }

    [Fact]
    public void A_text_too_long_is_refused_at_once()
    {
        Assert.False(ExpressionCompiler.TryCompile(new string(' ', 70_000) + "1", TestProbes.Tick, out _, out var diagnostics));
        Assert.Equal("ST0604", Assert.Single(diagnostics).Id);
    }

    [Fact]
    public void At_most_twenty_errors_are_told()
    {
        Assert.False(ExpressionCompiler.TryCompile(string.Join(" + ", Enumerable.Range(0, 50).Select(k => $"nope{k}")), TestProbes.Tick, out _, out var diagnostics));
        Assert.Equal(20, diagnostics.Count);
    }
}
