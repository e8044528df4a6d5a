using CsCheck;
using Tracer.D.Syntax;
using Xunit;

namespace Tracer.D.Tests.Properties;

/// <summary>What the printer prints parses to the same tree.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void A_printed_tree_parses_to_the_same_tree() =>
        Gen.Int.Sample(
            seed =>
            {
                var tree = new SyntaxGenerator(seed).Next(1 + (seed & 7));
                var printed = SyntaxPrinter.Print(tree);
                Assert.True(ExpressionParser.TryParse(printed, out var parsed, out var diagnostics), printed + "\n" + Show.Diagnostics(diagnostics));
                Assert.Equal(SyntaxOutline.Of(tree), SyntaxOutline.Of(parsed));
                Assert.Equal(printed, SyntaxPrinter.Print(parsed));
            },
            iter: 10_000);

    [Fact]
    public void A_text_that_parses_prints_and_parses_to_the_same_tree()
    {
        foreach (var table in new[] { "precedence", "conversions", "strings", "casts", "members", "literals" })
        {
            foreach (var row in CaseTable.Read(table))
            {
                var text = row.Data.Item1;
                if (!ExpressionParser.TryParse(text, out var tree, out _))
                    continue;
                Assert.True(ExpressionParser.TryParse(tree.ToString(), out var again, out _), tree.ToString());
                Assert.Equal(SyntaxOutline.Of(tree), SyntaxOutline.Of(again));
            }
        }
    }

    [Fact]
    public void Two_trees_of_one_text_are_equal()
    {
        const string Text = "f(a, b[1, 2])->c ? sizeof(int) : (uint8_t)-x";
        Assert.True(ExpressionParser.TryParse(Text, out var one, out _));
        Assert.True(ExpressionParser.TryParse(Text, out var two, out _));
        Assert.Equal(one, two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
    }
}
