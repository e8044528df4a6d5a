using System.Globalization;
using Tracer.Core.Aggregations;
using Xunit;

namespace Tracer.Cli.Tests.Queries;

/// <summary>Times of nested calls in several threads lie between what the program measures inside and around its probes.</summary>
public sealed class LatencyTests
{
    private static readonly string[] Pair = ["aggregate:work__entry", "aggregate:work__return"];

    public static MatrixTheoryData<BackendChoice, string> Functions => new([BackendChoice.Ebpf, BackendChoice.Perf, BackendChoice.Ptrace], ["aggregate:work", "framed:work"]);

    [Theory]
    [MemberData(nameof(Functions))]
    public async Task Nested_calls_are_paired_by_thread_or_followed_by_frame(BackendChoice backend, string function)
    {
        using var target = new AggregateFixture();
        var histogram = TraceQuery.Latency("arg0");
        var options = new TraceOptions
        {
            Probes = [function],
            Runtimes = [new FramedRuntime()],
            Backend = backend,
            Queries = [histogram, histogram with { Function = AggregationFunction.Sum }],
        };
        var (session, lines) = await target.TraceAsync(options, "work 4 25", TestContext.Current.CancellationToken);
        await using var disposed = session;
        var snapshots = session.ReadAggregations();
        Assert.Equal(["0", "1", "2", "3"], snapshots[0].Rows.Select(r => r.Keys[0].ToString()).Order(StringComparer.Ordinal));
        foreach (var line in lines)
        {
            var (inside, outside) = (long.Parse(line[3], CultureInfo.InvariantCulture), long.Parse(line[4], CultureInfo.InvariantCulture));
            var row = Assert.Single(snapshots[0].Rows, r => r.Keys[0].ToString() == line[1]);
            Assert.Equal(ulong.Parse(line[2], CultureInfo.InvariantCulture), row.Count);
            var sum = (long)Assert.Single(snapshots[1].Rows, r => r.Keys[0].ToString() == line[1]).Value;
            Assert.InRange(sum, inside, outside);

            // The buckets' bounds hold the sum of what fell into them.
            var (low, high) = (0L, 0L);
            for (var b = 0; b < row.Aggregation.Buckets.Count; b++)
            {
                if (row.InBucket(b) == 0)
                    continue;
                low += row.Aggregation.Buckets.StartOf(b)!.Value * (long)row.InBucket(b);
                high += row.Aggregation.Buckets.EndOf(b)!.Value * (long)row.InBucket(b);
            }

            Assert.InRange(sum, low, high);
        }

        var summary = session.Summarise();
        Assert.Equal((4 * 25 * 15UL, 0UL, 0UL), (summary.Hits, summary.Faults, summary.Drops));
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public async Task A_return_that_the_filter_refuses_still_ends_its_call(BackendChoice backend)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = Pair, Where = "arg0 == 1", Backend = backend, Queries = [TraceQuery.Latency("arg0") with { Function = AggregationFunction.Average }] };
        var (session, lines) = await target.TraceAsync(options, "work 2 10", TestContext.Current.CancellationToken);
        await using var disposed = session;
        var row = Assert.Single(session.ReadAggregations()[0].Rows);
        Assert.Equal(("1", 40UL), (row.Keys[0].ToString(), row.Count));
        Assert.InRange(row.Mean * 40, double.Parse(lines[1][3], CultureInfo.InvariantCulture), double.Parse(lines[1][4], CultureInfo.InvariantCulture) + 1);
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public async Task One_probe_as_both_ends_measures_from_hit_to_hit(BackendChoice backend)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = ["aggregate:key", "aggregate:key"], Backend = backend, Queries = [TraceQuery.Latency()] };
        var (session, _) = await target.TraceAsync(options, "keys 100", TestContext.Current.CancellationToken);
        await using var disposed = session;
        Assert.Equal(99UL, Assert.Single(session.ReadAggregations()[0].Rows).Count);
    }

    [Theory]
    [InlineData(BackendChoice.Ebpf, "uretprobe:aggregate:work")]
    [InlineData(BackendChoice.Ptrace, "uretprobe:aggregate:work")]
    [InlineData(BackendChoice.Perf, "uretprobe:aggregate:work")]
    [InlineData(BackendChoice.Perf, "uprobe:aggregate:work", "uretprobe:aggregate:work")]
    [InlineData(BackendChoice.Ptrace, "uprobe:aggregate:work", "uretprobe:aggregate:work")]
    [InlineData(BackendChoice.Ebpf, "uprobe:aggregate:work", "uretprobe:aggregate:work")]
    [InlineData(BackendChoice.Ebpf, "aggregate:work__entry", "uretprobe:aggregate:work")]
    public async Task Functions_of_native_code_have_latencies(BackendChoice backend, params string[] probes)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = probes, Backend = backend, Queries = [TraceQuery.Latency()] };
        var (session, _) = await target.TraceAsync(options, "work 2 20", TestContext.Current.CancellationToken);
        await using var disposed = session;
        Assert.Equal(600UL, Assert.Single(session.ReadAggregations()[0].Rows).Count);
    }
}
