using System.Globalization;
using Tracer.Core.Aggregations;
using Xunit;

namespace Tracer.Cli.Tests.Queries;

/// <summary>Sums by key are those that the program itself has.</summary>
public sealed class CountQueryTests
{
    private const string Call = "aggregate:call(_, string, _)";

    [Theory]
    [InlineData(BackendChoice.Ebpf)]
    [InlineData(BackendChoice.Ptrace)]
    public async Task Counts_by_key_are_exact(BackendChoice backend)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = [Call], Backend = backend, Queries = [TraceQuery.Count("arg0, copyinstr(arg1)")] };
        var (session, lines) = await target.TraceAsync(options, "calls 3", TestContext.Current.CancellationToken);
        await using var _ = session;
        var expected = new SortedDictionary<string, string>(lines.ToDictionary(l => $"{l[1]} {l[2]}", l => l[3]), StringComparer.Ordinal);
        Assert.Equal(100, expected.Count);
        Assert.Equal(expected, AggregateFixture.Table(Assert.Single(session.ReadAggregations())));
        var summary = session.Summarise();
        Assert.Equal((15_150UL, 0UL, 0UL, 0UL, null), (summary.Hits, summary.Faults, summary.Overflow, summary.Drops, summary.WhyNoEvents));
    }

    [Fact]
    public async Task A_key_that_is_read_late_is_said_to_be()
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = [Call], Backend = BackendChoice.Perf, Queries = [TraceQuery.Count("arg0"), TraceQuery.Count("copyinstr(arg1)")] };
        var (session, _) = await target.TraceAsync(options, "calls 3", TestContext.Current.CancellationToken);
        await using var disposed = session;
        var snapshots = session.ReadAggregations();
        Assert.Equal([false, true], snapshots.Select(s => s.IsLate));
        // The program writes the text anew for each key: what is read when its calls are over is a later one. No hit is missing for that.
        Assert.All(snapshots, s => Assert.Equal(15_150, s.Rows.Sum(r => (long)r.Value)));
    }

    public static MatrixTheoryData<BackendChoice, AggregationFunction> Statistics => new(
        [BackendChoice.Ebpf, BackendChoice.Perf, BackendChoice.Ptrace],
        [AggregationFunction.Sum, AggregationFunction.Minimum, AggregationFunction.Maximum, AggregationFunction.Average, AggregationFunction.Histogram]);

    [Theory]
    [MemberData(nameof(Statistics))]
    public async Task Every_statistic_is_that_of_the_program(BackendChoice backend, AggregationFunction function)
    {
        using var target = new AggregateFixture();
        var query = TraceQuery.Histogram("arg2", "arg0") with { Function = function, Buckets = new LinearBuckets(-1000, 1000, 100) };
        var options = new TraceOptions { Probes = [Call], Backend = backend, Queries = [query] };
        var (session, lines) = await target.TraceAsync(options, "calls 2", TestContext.Current.CancellationToken);
        await using var _ = session;
        var snapshot = session.ReadAggregations()[0];
        Assert.Equal((0UL, 0UL), (snapshot.Overflow, snapshot.Faults));
        Assert.Equal(lines.Select(l => $"{l[1]}: {Expected(l)}"), lines.Select(l => $"{l[1]}: {Row(snapshot, l[1]).Value}"));

        // KEY NAME COUNT SUM MIN MAX
        string Expected(string[] line) => function switch
        {
            AggregationFunction.Sum => line[4],
            AggregationFunction.Minimum => line[5],
            AggregationFunction.Maximum => line[6],
            AggregationFunction.Average => (Number(line[4]) / Number(line[3])).ToString(CultureInfo.InvariantCulture),
            _ => line[3],
        };
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public async Task Several_queries_see_the_same_hits(BackendChoice backend)
    {
        using var target = new AggregateFixture();
        var value = TraceQuery.Histogram("arg2");
        var options = new TraceOptions
        {
            Probes = [Call],
            Backend = backend,
            Queries = [TraceQuery.Count(), value, value with { Function = AggregationFunction.Sum }, value with { Function = AggregationFunction.StandardDeviation }],
        };
        var (session, lines) = await target.TraceAsync(options, "calls 2", TestContext.Current.CancellationToken);
        await using var _ = session;
        var rows = session.ReadAggregations().Select(s => Assert.Single(s.Rows)).ToArray();
        Assert.Equal((10_100, 10_100, lines.Sum(l => Number(l[4])), 10_100UL), (rows[0].Value, rows[1].Value, rows[2].Value, rows[3].Count));
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public async Task Several_probes_are_rows_of_their_own(BackendChoice backend)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = ["aggregate:work__*", "aggregate:key"], Backend = backend, Queries = [TraceQuery.Count()] };
        var (session, _) = await target.TraceAsync(options, "work 1 2", TestContext.Current.CancellationToken);
        await using var disposed = session;
        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal) { ["aggregate:work__entry"] = "30", ["aggregate:work__return"] = "31" },
            AggregateFixture.Table(session.ReadAggregations()[0]));
    }

    [Theory]
    [InlineData(BackendChoice.Ebpf, 1_000_000)]
    [InlineData(BackendChoice.Ptrace, 5_000)]
    public async Task Keys_beyond_the_most_are_counted_as_overflow(BackendChoice backend, int distinct)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = ["aggregate:key"], Backend = backend, Queries = [TraceQuery.Count("arg0") with { MaximumKeys = 1000 }] };
        var (session, _) = await target.TraceAsync(options, string.Create(CultureInfo.InvariantCulture, $"keys {distinct}"), TestContext.Current.CancellationToken);
        await using var disposed = session;
        var snapshot = session.ReadAggregations()[0];
        var summary = session.Summarise();
        Assert.Equal((ulong)distinct, snapshot.Overflow + (ulong)snapshot.Rows.Sum(r => (long)r.Value));
        Assert.InRange(snapshot.Rows.Count, 900, 1100);
        Assert.Equal((ulong)distinct, summary.Overflow + summary.Hits);
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public async Task Intervals_add_up_to_the_whole(BackendChoice backend)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = [Call], Backend = backend, Queries = [TraceQuery.Count("arg0")] };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        Int128 sum = 0;
        for (var k = 0; k < 3; k++)
        {
            target.Do("calls 1");
            var rows = session.ReadAggregations(reset: true)[0].Rows;
            sum += rows.Aggregate(Int128.Zero, (s, r) => s + r.Value);
            Assert.Equal(5050 * (k + 1), sum);
        }

        await session.StopAsync();
        Assert.Empty(session.ReadAggregations()[0].Rows);
        Assert.Equal(15_150UL, session.Summarise().Hits);
        Assert.Null(session.Summarise().WhyNoEvents);
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public async Task Silence_is_explained(BackendChoice backend)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = [Call], Where = "arg0 == 1000", Backend = backend, Queries = [TraceQuery.Count()] };
        var (session, _) = await target.TraceAsync(options, "calls 1", TestContext.Current.CancellationToken);
        await using var disposed = session;
        Assert.Empty(session.ReadAggregations()[0].Rows);
        Assert.Contains("satisfied the filter", session.Summarise().WhyNoEvents, StringComparison.Ordinal);
    }

    private static AggregationRow Row(AggregationSnapshot snapshot, string key) => Assert.Single(snapshot.Rows, r => r.Keys[0].ToString() == key);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
