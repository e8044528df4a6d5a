using System.Globalization;
using Tracer.Core.Backends;
using Tracer.Core.Records;
using Xunit;

namespace Tracer.Cli.Tests.Queries;

/// <summary>Only hits that satisfy a filter count, and those for which it cannot be computed are told.</summary>
public sealed class FilterTests
{
    public static MatrixTheoryData<BackendChoice, bool> Cases => new([BackendChoice.Ebpf, BackendChoice.Ptrace], [true, false]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_filter_by_text_takes_only_its_hits_and_counts_faults(BackendChoice backend, bool aggregated)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions
        {
            Probes = ["aggregate:text(string, _)"],
            Where = "copyinstr(arg0) == \"good\" && arg1 >= 10",
            Backend = backend,
            Queries = aggregated ? [TraceQuery.Count("copyinstr(arg0)")] : [],
        };
        var (session, _) = await target.TraceAsync(options, "texts 30", TestContext.Current.CancellationToken);
        await using var disposed = session;
        var summary = session.Summarise();
        Assert.Equal(30UL, summary.Faults);
        if (aggregated)
        {
            Assert.Equal([new("good", "20")], AggregateFixture.Table(session.ReadAggregations()[0]));
            return;
        }

        var seen = new List<string>();
        await foreach (var e in session.Events)
            seen.Add($"{e.Values[0]} {e.Values[1]}");
        Assert.Equal(Enumerable.Range(10, 20).Select(i => $"good {i}"), seen);
        Assert.Equal((20UL, 0UL), (summary.Events, summary.Lost));
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public async Task A_key_that_cannot_be_read_is_a_row_of_its_own(BackendChoice backend)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = ["aggregate:text(string, _)"], Backend = backend, Queries = [TraceQuery.Count("copyinstr(arg0)")] };
        var (session, _) = await target.TraceAsync(options, "texts 7", TestContext.Current.CancellationToken);
        await using var disposed = session;
        var rows = session.ReadAggregations()[0].Rows;
        Assert.Equal(["good", "other", null], rows.Select(r => r.Keys[0].Text).OrderBy(t => t is null).ThenBy(t => t, StringComparer.Ordinal));
        Assert.All(rows, r => Assert.Equal(7, r.Value));
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public async Task Events_beyond_the_rate_are_counted_as_limited(BackendChoice backend)
    {
        using var target = new AggregateFixture();
        var options = new TraceOptions { Probes = ["aggregate:key"], Backend = backend, EventsPerSecond = 10 };
        var (session, _) = await target.TraceAsync(options, "keys 2000", TestContext.Current.CancellationToken);
        await using var disposed = session;
        var summary = session.Summarise();
        Assert.Equal((2000UL, 0UL), (summary.Events + summary.Limited, summary.Lost));
        Assert.InRange(summary.Events, 10UL, 500UL);
    }

    [Fact]
    public async Task Ebpf_limits_in_the_kernel()
    {
        const int Fired = 1_000_000;
        using var target = new AggregateFixture();
        using var sink = new StandingSink();
        var options = new TraceOptions { Probes = ["aggregate:key"], Backend = BackendChoice.Ebpf, EventsPerSecond = 100, Sink = sink };
        await using var session = await TraceSession.AttachAsync(target.Pid, options, TestContext.Current.CancellationToken);
        target.Do(string.Create(CultureInfo.InvariantCulture, $"keys {Fired}"));
        sink.Release();
        await session.StopAsync();
        var summary = session.Summarise();
        // Nobody read the ring, which has room for a tenth of them, and none was lost.
        Assert.Equal(((ulong)Fired, 0UL), (summary.Events + summary.Limited, summary.Lost));
        Assert.InRange(summary.Events, 100UL, 10_000UL);
    }

    private sealed class StandingSink : IEventSink, IDisposable
    {
        private readonly ManualResetEventSlim _go = new();

        public void Release() => _go.Set();

        public void OnEvent(in EventRecord record) => _go.Wait();

        public void OnBatchEnd()
        {
        }

        public void Dispose() => _go.Dispose();
    }
}
