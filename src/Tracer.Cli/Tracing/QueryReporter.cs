using System.Diagnostics;
using Tracer.Core.Events;
using Tracer.Output;
using Tracer.Output.Aggregations;

namespace Tracer.Cli.Tracing;

/// <summary>Prints what a query has come to: at each interval what it gained, or once what it holds at the end.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="session">The session.</param>
/// <param name="output">Where to.</param>
internal sealed class QueryReporter(TracingRequest request, TraceSession session, TraceOutput output)
{
    private long _last = Stopwatch.GetTimestamp();
    private OverheadReport? _lastOverhead;

    /// <summary>Prints interval after interval until the end comes.</summary>
    public async Task FollowAsync(Task end)
    {
        if (request.Query is null || request.Interval is not { } interval)
        {
            await end.ConfigureAwait(false);
            return;
        }

        using var timer = new PeriodicTimer(interval);
        while (await Task.WhenAny(end, timer.WaitForNextTickAsync().AsTask()).ConfigureAwait(false) != end)
            Report();
    }

    /// <summary>Prints what there is, or what came since the last time.</summary>
    public void Report()
    {
        if (request.Query is not { } query)
            return;
        var isInterval = request.Interval is not null;
        var overhead = session.Overhead;
        foreach (var snapshot in session.ReadAggregations(reset: isInterval))
        {
            output.Aggregation(new AggregationReport(snapshot)
            {
                Time = DateTimeOffset.Now,
                Interval = isInterval ? Stopwatch.GetElapsedTime(_last) : null,
                Overhead = isInterval && _lastOverhead is { } earlier ? overhead?.Since(earlier) : overhead,
                Top = request.Top,
                Unit = query.IsLatency ? ValueUnit.Nanoseconds : ValueUnit.None,
            });
        }

        _last = Stopwatch.GetTimestamp();
        _lastOverhead = overhead;
    }
}
