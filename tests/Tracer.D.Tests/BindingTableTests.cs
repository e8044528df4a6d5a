using Tracer.D.Binding;
using Xunit;

namespace Tracer.D.Tests;

/// <summary>Texts and the typed expressions they compile to, or what is wrong with them.</summary>
public sealed class BindingTableTests
{
    static BindingTableTests()
    {
        foreach (var table in new[] { "literals", "conversions", "strings", "casts", "names", "binding-errors" })
            CaseTable.Update(table, Compile);
        CaseTable.Update("members", t => Compile(t, TestProbes.Native));
        CaseTable.Update("predicates", Predicate);
        CaseTable.Update("lists", List);
    }

    public static TheoryData<string, string> Literals() => CaseTable.Read("literals");

    public static TheoryData<string, string> Conversions() => CaseTable.Read("conversions");

    public static TheoryData<string, string> Strings() => CaseTable.Read("strings");

    public static TheoryData<string, string> Casts() => CaseTable.Read("casts");

    public static TheoryData<string, string> Names() => CaseTable.Read("names");

    public static TheoryData<string, string> Errors() => CaseTable.Read("binding-errors");

    public static TheoryData<string, string> Members() => CaseTable.Read("members");

    public static TheoryData<string, string> Predicates() => CaseTable.Read("predicates");

    public static TheoryData<string, string> Lists() => CaseTable.Read("lists");

    [Theory]
    [MemberData(nameof(Literals))]
    public void A_literal_has_the_first_type_that_holds_it(string text, string expected) => Assert.Equal(expected, Compile(text));

    [Theory]
    [MemberData(nameof(Conversions))]
    public void Operands_are_converted_as_in_c(string text, string expected) => Assert.Equal(expected, Compile(text));

    [Theory]
    [MemberData(nameof(Strings))]
    public void Strings_are_compared_and_chosen(string text, string expected) => Assert.Equal(expected, Compile(text));

    [Theory]
    [MemberData(nameof(Casts))]
    public void Casts_and_pointers_reach_memory(string text, string expected) => Assert.Equal(expected, Compile(text));

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_are_parameters_positions_and_values_of_the_hit(string text, string expected) => Assert.Equal(expected, Compile(text));

    [Theory]
    [MemberData(nameof(Errors))]
    public void What_makes_no_sense_is_told_with_its_place(string text, string expected) => Assert.Equal(expected, Compile(text));

    [Theory]
    [MemberData(nameof(Members))]
    public void Members_are_found_by_debug_types(string text, string expected) => Assert.Equal(expected, Compile(text, TestProbes.Native));

    [Theory]
    [MemberData(nameof(Predicates))]
    public void A_predicate_is_an_integer(string text, string expected) => Assert.Equal(expected, Predicate(text));

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_list_is_cut_at_its_outer_commas(string text, string expected) => Assert.Equal(expected, List(text));

    private static string Compile(string text) => Compile(text, new ProbeScope(TestProbes.Request));

    private static string Compile(string text, Scope scope) =>
        ExpressionCompiler.TryCompile(text, scope, out var expression, out var diagnostics) ? Show.Value(expression) : Show.Diagnostics(diagnostics);

    private static string Predicate(string text) =>
        ExpressionCompiler.TryCompilePredicate(text, TestProbes.FunctionEntry, out var expression, out var diagnostics) ? Show.Value(expression) : Show.Diagnostics(diagnostics);

    private static string List(string text) =>
        ExpressionCompiler.TryCompileList(text, TestProbes.FunctionEntry, out var items, out var diagnostics)
            ? string.Join(" ; ", items.Select(i => $"`{i.Text}` {Show.Value(i.Expression)}"))
            : Show.Diagnostics(diagnostics);
}
