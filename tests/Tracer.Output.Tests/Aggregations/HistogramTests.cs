using Tracer.Core.Aggregations;
using Tracer.Output.Aggregations;
using static Tracer.Output.Tests.Aggregations.TableTests;
using static Tracer.Output.Tests.SampleAggregation;

namespace Tracer.Output.Tests.Aggregations;

public sealed class HistogramTests
{
    [Fact]
    public void A_histogram_shows_its_ranges_counts_and_bars() => Assert.Equal(
        """
        7 values
        [0]             1 |@@@@@@@@@@@@@                           |
        [1]             0 |                                        |
        [2, 4)          3 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
        [4, 8)          2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@             |
        [8, 16)         1 |@@@@@@@@@@@@@                           |


        """,
        Written(new SampleAggregation(new Aggregation("x", AggregationFunction.Histogram)).Add([], 0, 2, 3, 3, 4, 7, 8).Report()));

    [Fact]
    public void There_is_one_for_each_key_the_fullest_first() => Assert.Equal(
        """
        path = /b, status = 404, 2 values
        [-3, -1)         1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
        [-1]             1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

        path = /a, status = 200, 1 value
        [1K, 2K)         1 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|

        1 more row, together 1 value

        """,
        Written(new SampleAggregation(new Aggregation("x", AggregationFunction.Histogram, TextKey("path"), NumberKey("status")))
            .Add(["/a", 200], 1024).Add(["/b", 404], -1, -2).Add(["/c", 500], 1).Report(top: 2)));

    [Fact]
    public void Buckets_of_one_width_have_two_open_ends() => Assert.Equal(
        """
        3 values
        (..., -10)          1 |@@@@@@@@@@@@@@@@@@@@                    |
        [-10, 1024)         0 |                                        |
        [1024, ...)         2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|


        """,
        Written(new SampleAggregation(new Aggregation("x", AggregationFunction.Histogram) { Buckets = new LinearBuckets(-10, 1024, 1034) }).Add([], -11, 2000, 1024).Report()));

    [Fact]
    public void Times_have_units_at_the_edges() => Assert.Equal(
        """
        3 values
        [512ns, 1.02us)          2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|
        [1.02us, 2.05us)         1 |@@@@@@@@@@@@@@@@@@@@                    |


        """,
        Written(new SampleAggregation(new Aggregation("latency", AggregationFunction.Histogram)).Add([], 512, 1000, 1100).Report(unit: ValueUnit.Nanoseconds)));

    [Theory]
    [InlineData(1_000, "[1us, 2us)")]
    [InlineData(999_999, "[900us, 1ms)")]
    [InlineData(5_000_000_000, "[1s, ...)")]
    public void Times_are_round_where_the_buckets_are(long value, string label) => Assert.Contains(
        "\n" + label + " ",
        Written(new SampleAggregation(new Aggregation("latency", AggregationFunction.Histogram) { Buckets = new LogLinearBuckets(10, 3, 8, 10) })
            .Add([], value).Report(unit: ValueUnit.Nanoseconds)),
        StringComparison.Ordinal);

    [Fact]
    public void The_ends_of_64_bits_have_buckets()
    {
        var text = Written(new SampleAggregation(new Aggregation("x", AggregationFunction.Histogram)).Add([], long.MinValue, long.MaxValue).Report());
        Assert.Contains("\n(..., ", text, StringComparison.Ordinal);
        Assert.Contains("\n[4E, ...)", text, StringComparison.Ordinal);
        Assert.Contains("\n[1P, 2P)", text, StringComparison.Ordinal);
    }
}
