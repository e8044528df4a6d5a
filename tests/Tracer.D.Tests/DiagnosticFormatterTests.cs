using Tracer.D.Diagnostics;
using Tracer.D.Syntax;
using Xunit;

namespace Tracer.D.Tests;

/// <summary>What a user sees.</summary>
public sealed class DiagnosticFormatterTests
{
    [Fact]
    public void A_misspelt_name_is_underlined_and_the_right_one_suggested() => Shows(
        "funcnam == \"fib\"",
        """
        error: 'funcnam' is no parameter of python:function__entry
          funcnam == "fib"
          ^~~~~~~
        hint: it has filename, funcname, lineno; did you mean funcname?
        """);

    [Fact]
    public void The_end_has_a_caret_behind_the_text() => Shows(
        "lineno >",
        """
        error: an operand was expected, not the end
          lineno >
                  ^
        """);

    [Fact]
    public void Several_errors_follow_each_other() => Shows(
        "lineno / 0 && funcname == 3",
        """
        error: this divides by zero
          lineno / 0 && funcname == 3
                   ^
        error: a string cannot be compared with an integer (int32)
          lineno / 0 && funcname == 3
                        ^~~~~~~~~~~~~
        hint: a string has double quotes: "3"
        """);

    [Fact]
    public void Only_the_line_is_shown_and_tabs_keep_columns() => Shows(
        "lineno > 1 &&\n\tfunc == 1 &&\r\n1",
        """
        error: 'func' is no parameter of python:function__entry
           func == 1 &&
           ^~~~
        hint: it has filename, funcname, lineno, and there are values such as pid, tid, execname, timestamp
        """);

    [Fact]
    public void Characters_outside_the_basic_plane_take_one_column() => Shows(
        "\"🐍🐍\" == 3",
        """
        error: a string cannot be compared with an integer (int32)
          "🐍🐍" == 3
          ^~~~~~~~~
        hint: a string has double quotes: "3"
        """);

    [Fact]
    public void Control_characters_never_reach_the_terminal() => Shows(
        "\u001b[31m",
        """
        error: U+001B begins nothing in this language
          ?[31m
          ^
        """,
        most: 1);

    [Fact]
    public void A_long_line_is_cut_around_the_place()
    {
        var text = string.Join(" + ", Enumerable.Repeat("lineno", 50)) + " + nope + " + string.Join(" + ", Enumerable.Repeat("lineno", 50));
        Assert.False(ExpressionCompiler.TryCompile(text, TestProbes.FunctionEntry, out _, out var diagnostics));
        var lines = DiagnosticFormatter.Format(diagnostics[0], text).Split('\n');
        Assert.Equal(2 + 3 + 120 + 3, lines[1].Length);
        Assert.Equal("nope", lines[1].Substring(lines[2].IndexOf('^', StringComparison.Ordinal), 4));
        Assert.EndsWith("^~~~", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_span_outside_the_text_is_drawn_at_its_end() =>
        Assert.Equal("error: x\n  ab\n    ^", DiagnosticFormatter.Format(new ExpressionDiagnostic("ST0000", "x", new TextSpan(50, 5)), "ab"));

    private static void Shows(string text, string expected, int most = 20)
    {
        Assert.False(ExpressionCompiler.TryCompile(text, TestProbes.FunctionEntry, out _, out var diagnostics));
        Assert.Equal(expected.ReplaceLineEndings("\n"), DiagnosticFormatter.Format(diagnostics.Take(most), text));
    }
}
