using System.Text;
using System.Text.Json;
using Tracer.Core.Aggregations;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;
using Tracer.Output.Aggregations;
using Tracer.Output.Json;
using static Tracer.Output.Tests.SampleAggregation;

namespace Tracer.Output.Tests.Aggregations;

public sealed class AggregationJsonTests
{
    [Fact]
    public void A_table_is_one_record() => Assert.Equal(
        """{"type":"aggregation","data":{"name":"","function":"count","time":"2026-11-27T12:01:02.345+01:00","rows":[{"keys":{"funcname":"fib","lineno":-3},"value":2},{"keys":{"funcname":"größe\n\u001B","lineno":4},"value":1}],"overflow":7,"faults":8}}""",
        Written(new SampleAggregation(new Aggregation("", AggregationFunction.Count, TextKey("funcname"), NumberKey("lineno"))) { Overflow = 7, Faults = 8 }
            .Count(["größe\n\e", 4], 1).Count(["fib", -3], 2).Report()));

    [Fact]
    public void An_interval_and_what_top_leaves_out_are_fields()
    {
        var data = Data(new SampleAggregation(new Aggregation("x", AggregationFunction.Sum, NumberKey("k"))).Add([1], 10).Add([2], 20).Add([3], 5)
            .Report(top: 1, interval: TimeSpan.FromMilliseconds(1500)));
        Assert.Equal(1.5, data.GetProperty("interval").GetDouble());
        Assert.Equal("""{"rows":2,"value":15}""", data.GetProperty("omitted").GetRawText());
        Assert.Equal("""[{"keys":{"k":2},"value":20}]""", data.GetProperty("rows").GetRawText());
    }

    [Fact]
    public void Numbers_are_exact() => Assert.Equal(
        """[{"keys":{"k":18446744073709551615},"value":18446744073709551615}]""",
        Rows(new SampleAggregation(new Aggregation("x", AggregationFunction.Maximum, NumberKey("k", IntegerType.UInt64)) { ValueType = IntegerType.UInt64 }).Add([-1L], -1).Report()));

    [Fact]
    public void Keys_that_are_not_whole_are_objects() => Assert.Equal(
        """[{"keys":{"k":{"truncated":true,"value":"cut"}},"value":4},{"keys":{"k":{"unreadable":true}},"value":3},{"keys":{"k":{"unavailable":"not at this site"}},"value":2},{"keys":{"k":{"unavailable":"too long to compute"}},"value":1}]""",
        Rows(new SampleAggregation(new Aggregation("", AggregationFunction.Count, TextKey("k"))).Count([EvaluationStatus.Truncated], 4).Count([EvaluationStatus.Fault], 3)
            .Count([EvaluationStatus.Unavailable], 2).Count([EvaluationStatus.LoopLimit], 1).Report()));

    [Fact]
    public void A_histogram_has_the_buckets_that_are_not_empty() => Assert.Equal(
        """[{"keys":{},"count":4,"buckets":[{"from":null,"to":0,"count":1},{"from":10,"to":20,"count":2},{"from":30,"to":null,"count":1}]}]""",
        Rows(new SampleAggregation(new Aggregation("x", AggregationFunction.Histogram) { Buckets = new LinearBuckets(0, 30, 10) }).Add([], -1, 10, 19, 30).Report()));

    [Fact]
    public void Times_are_nanoseconds_and_say_so()
    {
        var data = Data(new SampleAggregation(new Aggregation("latency", AggregationFunction.Maximum)).Add([], 1234).Report(unit: ValueUnit.Nanoseconds));
        Assert.Equal(("ns", 1234), (data.GetProperty("unit").GetString(), data.GetProperty("rows")[0].GetProperty("value").GetInt32()));
    }

    [Fact]
    public void A_mean_and_a_deviation_come_with_what_they_are_made_of()
    {
        Assert.Equal("""[{"keys":{},"value":-1,"mean":-1.5,"count":2}]""", Rows(new SampleAggregation(new Aggregation("x", AggregationFunction.Average)).Add([], -1, -2).Report()));
        Assert.Equal("""[{"keys":{},"value":1,"stddev":1,"mean":2,"count":2}]""", Rows(new SampleAggregation(new Aggregation("x", AggregationFunction.StandardDeviation)).Add([], 1, 3).Report()));
    }

    [Fact]
    public void No_rows_are_an_empty_list() => Assert.Equal("[]", Rows(new SampleAggregation(new Aggregation("", AggregationFunction.Count)).Report()));

    private static string Rows(AggregationReport report) => Data(report).GetProperty("rows").GetRawText();

    private static JsonElement Data(AggregationReport report)
    {
        using var document = JsonDocument.Parse(Written(report));
        return document.RootElement.GetProperty("data").Clone();
    }

    private static string Written(AggregationReport report)
    {
        using var stream = new MemoryStream();
        using var output = new JsonOutput(new OutputBuffer(stream));
        output.Aggregation(report);
        return Encoding.UTF8.GetString(stream.ToArray()).TrimEnd('\n');
    }
}
