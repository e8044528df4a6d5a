using System.Text;
using CsCheck;
using Tracer.D.Diagnostics;
using Xunit;

namespace Tracer.D.Tests.Properties;

/// <summary>Any text gets an expression or diagnostics with places inside it. CsCheck prints the seed of a failure.</summary>
public sealed class RandomTextTests
{
    private static readonly string[] Words =
    [
        "a", "name", "i32", "u64", "ratio", "arg0", "arg5", "this", "self", "pid", "NULL", "sizeof", "int", "unsigned", "char", "string", "struct", "const", "uint32_t", "copyinstr",
        "1", "0", "0x7f", "42u", "08", "1.5", "'x'", "'\\n'", "\"s\"", "\"", "'", "\\", "$1", "$", "@", "`", "/*", "*/", "//", "\n", " ", "\t", "é", "\ud83d\udc0d", "\ud83d", "\0",
        "+", "-", "*", "/", "%", "&", "|", "^", "~", "!", "<", ">", "=", "==", "!=", "<=", ">=", "<<", ">>", "&&", "||", "^^", "?", ":", "(", ")", "[", "]", "{", "}", ",", ".", "->", "++", ";",
    ];

    [Fact]
    public void Random_bytes_never_throw() =>
        Gen.Byte.Array[0, 200].Sample(b => Check(Encoding.Latin1.GetString(b)), iter: 10_000);

    [Fact]
    public void Random_units_never_throw() =>
        Gen.Char.Array[0, 60].Sample(c => Check(new string(c)), iter: 10_000);

    [Fact]
    public void Random_tokens_never_throw() =>
        Gen.Int[0, Words.Length - 1].Array[0, 40].Sample(k => Check(string.Concat(k.Select(i => Words[i]))), iter: 10_000);

    [Fact]
    public void Random_tokens_with_blanks_never_throw() =>
        Gen.Int[0, Words.Length - 1].Array[0, 12].Sample(k => Check(string.Join(' ', k.Select(i => Words[i]))), iter: 10_000);

    [Theory]
    [InlineData("(", "a", ")")]
    [InlineData("!", "a", "")]
    [InlineData("-", "a", "")]
    [InlineData("- ", "a", "")]
    [InlineData("*", "a", "")]
    [InlineData("(int)", "a", "")]
    [InlineData("sizeof ", "a", "")]
    [InlineData("f(", "a", ")")]
    [InlineData("a[", "a", "]")]
    [InlineData("a ? ", "a", " : a")]
    [InlineData("a ? a : ", "a", "")]
    [InlineData("a + ", "a", "")]
    [InlineData("a || ", "a", "")]
    [InlineData("", "a", "->a")]
    [InlineData("", "a", "[1]")]
    [InlineData("", "a", "(1)")]
    [InlineData("a + (", "a", ")")]
    [InlineData("((((((((", "a", "")]
    [InlineData("", "(int", " *")]
    public void Endless_nesting_is_refused(string before, string middle, string after)
    {
        foreach (var count in new[] { 100, 255, 256, 257, 300, 600, 10_000 })
            Check(string.Concat(Enumerable.Repeat(before, count)) + middle + string.Concat(Enumerable.Repeat(after, count)));
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void Parentheses_nest_to_the_documented_depth(int count, bool expected) =>
        Assert.Equal(expected, ExpressionCompiler.TryCompile(new string('(', count) + "1" + new string(')', count), TestProbes.Tick, out _, out _));

    private static void Check(string text)
    {
        Check(text, ExpressionCompiler.TryCompile(text, TestProbes.Request, out var expression, out var diagnostics), diagnostics);
        Assert.Equal(expression is null, diagnostics.Count > 0);
        Check(text, ExpressionCompiler.TryCompile(text, TestProbes.Native, out _, out diagnostics), diagnostics);
        Check(text, ExpressionCompiler.TryCompilePredicate(text, TestProbes.FunctionEntry, out _, out diagnostics), diagnostics);
        Check(text, ExpressionCompiler.TryCompileList(text, TestProbes.FunctionEntry, out var items, out diagnostics), diagnostics);
        Assert.Equal(items.Count == 0, diagnostics.Count > 0);
    }

    private static void Check(string text, bool compiled, IReadOnlyList<ExpressionDiagnostic> diagnostics)
    {
        Assert.Equal(compiled, diagnostics.Count == 0);
        foreach (var diagnostic in diagnostics)
        {
            Assert.InRange(diagnostic.Span.Start, 0, text.Length);
            Assert.InRange(diagnostic.Span.End, diagnostic.Span.Start, text.Length);
            var shown = DiagnosticFormatter.Format(diagnostic, text);
            Assert.DoesNotContain(shown, c => char.IsControl(c) && c != '\n');
        }
    }
}
