using Tracer.D.Syntax;
using Xunit;

namespace Tracer.D.Tests;

/// <summary>Texts and the structure of what they parse to.</summary>
public sealed class SyntaxTableTests
{
    public static TheoryData<string, string> Precedence() => CaseTable.Read("precedence");

    public static TheoryData<string, string> Errors() => CaseTable.Read("syntax-errors");

    static SyntaxTableTests()
    {
        CaseTable.Update("precedence", Outline);
        CaseTable.Update("syntax-errors", Outline);
    }

    [Theory]
    [MemberData(nameof(Precedence))]
    public void Operators_bind_as_in_c(string text, string expected) => Assert.Equal(expected, Outline(text));

    [Theory]
    [MemberData(nameof(Errors))]
    public void What_is_malformed_is_told_with_its_place(string text, string expected) => Assert.Equal(expected, Outline(text));

    private static string Outline(string text) =>
        ExpressionParser.TryParse(text, out var expression, out var diagnostics) ? SyntaxOutline.Of(expression) : Show.Diagnostics(diagnostics);
}
