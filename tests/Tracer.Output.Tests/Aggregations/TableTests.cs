using System.Text;
using Tracer.Core.Aggregations;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Output.Aggregations;
using Tracer.Output.Text;
using static Tracer.Output.Tests.SampleAggregation;

namespace Tracer.Output.Tests.Aggregations;

public sealed class TableTests
{
    private static Aggregation ByName => new("", AggregationFunction.Count, TextKey("funcname"));

    [Fact]
    public void Rows_are_sorted_by_value_and_then_by_key() => Assert.Equal(
        """
        funcname  lineno  count
        fib       3          12
        a         9           2
        b         2           2
        b         10          2

        """,
        Written(new SampleAggregation(new Aggregation("", AggregationFunction.Count, TextKey("funcname"), NumberKey("lineno")))
            .Count(["b", 10], 2).Count(["a", 9], 2).Count(["fib", 3], 12).Count(["b", 2], 2).Report()));

    [Fact]
    public void A_table_without_keys_has_one_value() =>
        Assert.Equal("count\n    3\n", Written(new SampleAggregation(new Aggregation("", AggregationFunction.Count)).Count([], 3).Report()));

    [Fact]
    public void What_top_leaves_out_is_told() => Assert.Equal(
        "funcname  count\nb          3000\na          2000\n2 more rows, together 1,001\n",
        Written(new SampleAggregation(ByName).Count(["a"], 2000).Count(["b"], 3000).Count(["c"], 1000).Count(["d"], 1).Report(top: 2)));

    [Fact]
    public void Means_that_top_leaves_out_have_no_sum() => Assert.EndsWith(
        "\n1 more row\n", Written(new SampleAggregation(new Aggregation("x", AggregationFunction.Average, TextKey("k"))).Add(["a"], 2).Add(["b"], 3).Report(top: 1)), StringComparison.Ordinal);

    [Fact]
    public void Keys_cannot_steer_a_terminal_and_are_never_empty() => Assert.Equal(
        """
        funcname               count
        a\x1b[31m\nb               6
        größe                      5
        cut…                       4
        ""                         3
        <unreadable>               2
        <too long to compute>      1

        """,
        Written(new SampleAggregation(ByName).Count(["a\e[31m\nb"], 6).Count(["größe"], 5).Count([EvaluationStatus.Truncated], 4).Count([""], 3)
            .Count([EvaluationStatus.Fault], 2).Count([EvaluationStatus.LoopLimit], 1).Report()));

    [Fact]
    public void The_name_of_a_column_cannot_steer_a_terminal() => Assert.StartsWith(
        @"a == ""\x1b""  count", Written(new SampleAggregation(new Aggregation("", AggregationFunction.Count, NumberKey("a == \"\e\""))).Count([1], 1).Report()), StringComparison.Ordinal);

    [Fact]
    public void A_long_key_moves_only_its_own_row()
    {
        var name = new string('x', 100);
        Assert.Equal($"funcname  count\n{name}      2\nb             1\n", Written(new SampleAggregation(ByName).Count([name], 2).Count(["b"], 1).Report()));
    }

    [Fact]
    public void What_does_not_stand_in_the_table_stands_below_it() => Assert.Equal(
        "funcname  count\na             1\n12,345 hits beyond 16,384 keys: raise --max-keys\n1 hit whose value could not be read\n",
        Written(new SampleAggregation(ByName) { Overflow = 12_345, Faults = 1 }.Count(["a"], 1).Report()));

    [Theory]
    [InlineData(AggregationFunction.Sum, "sum(x)\n     9\n")]
    [InlineData(AggregationFunction.Average, "avg(x)\n  2.25\n")]
    [InlineData(AggregationFunction.Minimum, "min(x)\n    -3\n")]
    [InlineData(AggregationFunction.Maximum, "max(x)\n     8\n")]
    [InlineData(AggregationFunction.StandardDeviation, "stddev(x)\n     3.96\n")]
    public void Every_function_has_its_number(AggregationFunction function, string table) =>
        Assert.Equal(table, Written(new SampleAggregation(new Aggregation("x", function)).Add([], 1, -3, 3, 8).Report()));

    [Theory]
    [InlineData(AggregationFunction.Sum, "3s")]
    [InlineData(AggregationFunction.Average, "1.5s")]
    [InlineData(AggregationFunction.Minimum, "512ns")]
    [InlineData(AggregationFunction.StandardDeviation, "1.5s")]
    public void Times_are_shown_with_a_unit(AggregationFunction function, string value) => Assert.EndsWith(
        " " + value + "\n", Written(new SampleAggregation(new Aggregation("latency", function)).Add([], 512, 3_000_000_000).Report(unit: ValueUnit.Nanoseconds)), StringComparison.Ordinal);

    [Fact]
    public void Unsigned_values_beyond_the_signed_ones_are_positive() => Assert.Equal(
        "              max(x)\n18446744073709551615\n", Written(new SampleAggregation(new Aggregation("x", AggregationFunction.Maximum) { ValueType = IntegerType.UInt64 }).Add([], -1, 5).Report()));

    [Fact]
    public void An_interval_tells_its_time() => Assert.Equal(
        "12:01:02.345  last 1.5 s\nfuncname  count\na             1\n\n", Written(new SampleAggregation(ByName).Count(["a"], 1).Report(interval: TimeSpan.FromSeconds(1.5))));

    [Fact]
    public void An_interval_that_was_not_traced_all_the_time_says_so() => Assert.StartsWith(
        "12:01:02.345  last 1.0 s, traced 25 % of the time to stay below 2.5 % (cost 2 %)\n",
        Written(new SampleAggregation(ByName).Report(interval: TimeSpan.FromSeconds(1)) with
        {
            Overhead = new(2.5, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.75), TimeSpan.FromSeconds(1), 0),
        }),
        StringComparison.Ordinal);

    [Fact]
    public void An_interval_without_hits_says_so() =>
        Assert.Equal("12:01:02.345  last 1.0 s\nno hits\n\n", Written(new SampleAggregation(ByName).Report(interval: TimeSpan.FromSeconds(1))));

    [Fact]
    public void An_empty_table_at_the_end_is_left_to_the_summary() => Assert.Equal("", Written(new SampleAggregation(ByName).Report()));

    internal static string Written(AggregationReport report)
    {
        using var data = new MemoryStream();
        new TextOutput(new OutputBuffer(data), TextWriter.Null, colour: false, verbose: false).Aggregation(report);
        return Encoding.UTF8.GetString(data.ToArray());
    }
}
