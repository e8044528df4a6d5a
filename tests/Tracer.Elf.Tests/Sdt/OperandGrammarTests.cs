using System.Text;
using CsCheck;
using Tracer.Elf.Sdt;
using Xunit;

namespace Tracer.Elf.Tests.Sdt;

public class OperandGrammarTests
{
    [Theory]
    [InlineData("Sdt/sdt-operands-real.tsv", 251)]
    [InlineData("Sdt/sdt-operands-compilers.tsv", 306)]
    public void Every_operand_seen_in_the_wild_parses_and_prints_to_what_parses_again(string table, int rows)
    {
        var operands = TestFiles.Rows(table).Select(row => SdtArgument.Parse(row[0])).ToList();
        Assert.Equal(rows, operands.Count);
        Assert.Empty(operands.Where(o => o.Error is not null).Select(o => $"{o.Text}: {o.Error}"));
        Assert.All(operands, o => Assert.Equal(o.ToString(), SdtArgument.Parse(o.ToString()).ToString()));
    }

    [Fact]
    public void Operand_forms_have_the_normal_forms_of_the_table()
    {
        var rows = TestFiles.Rows("Sdt/operand-forms.tsv").ToList();
        Assert.True(rows.Count > 80);
        var wrong = new List<string>();
        foreach (var row in rows)
        {
            var argument = SdtArgument.Parse(row[0]);
            var expected = row[1].Length == 0 ? null : row[1];
            var actual = argument.Error is null ? argument.ToString() : null;
            if (actual != expected)
                wrong.Add($"{row[0]}: expected {expected ?? "an error"}, was {actual ?? argument.Error}");
            if (actual is not null && SdtArgument.Parse(actual).ToString() != actual)
                wrong.Add($"{row[0]}: {actual} does not print to itself");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_list_is_split_at_spaces_outside_brackets()
    {
        var arguments = SdtArgument.ParseAll("  8@%rax -4@16(%rsp, %rcx, 4)\t2@[x22, 20] 1@$-1 ");
        Assert.Equal(["8@%rax", "-4@16(%rsp, %rcx, 4)", "2@[x22, 20]", "1@$-1"], arguments.Select(a => a.Text));
        Assert.Equal([null, null, "'[' is not understood", null], arguments.Select(a => a.Error));
    }

    [Fact]
    public void A_bad_operand_does_not_cost_the_others()
    {
        var arguments = SdtArgument.ParseAll("8@%rax 8@(%rbx 8@%nope -7@$16 4@$7");
        Assert.Equal(5, arguments.Count);
        Assert.Equal([true, false, false, false, true], arguments.Select(a => a.Error is null));
    }

    [Fact]
    public void Twelve_arguments_are_twelve_arguments() =>
        Assert.Equal(12, SdtArgument.ParseAll(string.Join(' ', Enumerable.Range(0, 12).Select(i => $"-4@{i * 4}(%rsp)"))).Count);

    [Fact]
    public void Sizes_signs_and_floats_are_told()
    {
        var signed = SdtArgument.Parse("-2@%ax");
        Assert.Equal((2, true, false), (signed.Size, signed.Signed, signed.IsFloat));
        var real = SdtArgument.Parse("8f@%xmm1");
        Assert.Equal((8, false, true), (real.Size, real.Signed, real.IsFloat));
    }

    [Fact]
    public void Endless_and_deep_expressions_are_refused()
    {
        Assert.NotNull(SdtArgument.Parse("8@$" + new string('(', 100_000) + "1").Error);
        Assert.NotNull(SdtArgument.Parse("8@$" + string.Concat(Enumerable.Repeat("1+", 100_000)) + "1").Error);
        Assert.NotNull(SdtArgument.Parse("8@$" + new string('~', 100_000) + "1").Error);
    }

    [Fact]
    public void Random_expressions_print_to_what_means_the_same()
    {
        string[] operators = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "<>", "&&", "||"];
        var leaf = Gen.OneOf(
            Gen.Long[-300, 300].Select(n => $"{n}"), Gen.ULong.Select(n => $"0x{n:x}"), Gen.Int[0, 70].Select(n => $"${n}"));
        Gen<string> Tree(int depth) => depth == 0 ? leaf : Gen.OneOf(
            leaf,
            Gen.Select(Tree(depth - 1), Gen.Int[0, operators.Length - 1].Select(i => operators[i]), Tree(depth - 1)).Select((l, op, r) => $"{l}{op}{r}"),
            Tree(depth - 1).Select(e => $"({e})"),
            Gen.Select(Gen.Char["~!-"], Tree(depth - 1)).Select((op, e) => $"{op}({e})"));
        var resolver = new SdtOperandResolver(new Tracer.Testing.ElfBuilder().BuildImage());
        Tree(4).Sample(text =>
        {
            var first = SdtArgument.Parse("8@$" + text);
            if (first.Error is not null)
                return false;
            var second = SdtArgument.Parse(first.ToString());
            return second.ToString() == first.ToString() && resolver.Resolve(first, 0).Equals(resolver.Resolve(second, 0));
        }, iter: 5_000);
    }

    [Fact]
    public void Any_text_gives_arguments_or_errors_and_never_an_exception()
    {
        const string Alphabet = "0123456789-@%$()+*/&|^~!<>.,: \trabxdsipfgs[]{}\\\u00e9";
        Gen.Char[Alphabet].Array[0, 60].Sample(chars =>
        {
            var text = new string(chars);
            var arguments = SdtArgument.ParseAll(text);
            var kept = string.Concat(arguments.Select(a => a.Text));
            var letters = new StringBuilder();
            foreach (var c in text)
            {
                if (c is not (' ' or '\t'))
                    letters.Append(c);
            }
            // Nothing but white space is lost.
            return kept.Replace(" ", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal) == letters.ToString();
        }, iter: 20_000);
    }
}
