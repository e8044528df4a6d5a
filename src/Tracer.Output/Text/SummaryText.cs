using System.Globalization;
using Tracer.Core.Events;

namespace Tracer.Output.Text;

/// <summary>The end of a trace in text: a line a probe, then one of totals, of which the unusual ones stand only when they are not zero.</summary>
internal static class SummaryText
{
    public static IEnumerable<string> Lines(TraceSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        foreach (var probe in summary.Probes)
            yield return string.Create(CultureInfo.InvariantCulture, $"  {probe.Probe,-40} {probe.Events,12:N0} events{(probe.Lost > 0 ? $", {probe.Lost:N0} lost" : "")}");
        yield return string.Join(", ", Parts(summary)) + ".";
        if (summary.WhyNoEvents is not null)
            yield return summary.WhyNoEvents;
    }

    private static IEnumerable<string> Parts(TraceSummary summary)
    {
        if (summary.IsAggregated)
        {
            if (summary.Hits is { } hits)
                yield return $"{Number(hits)} hits";
        }
        else
        {
            yield return $"{Number(summary.Events)} events";
            yield return $"{Number(summary.Lost)} lost";
            yield return $"{Number(summary.Truncated)} truncated";
        }

        if (!summary.IsAggregated || summary.Unreadable > 0)
            yield return $"{Number(summary.Unreadable)} unreadable";
        if (summary.Late > 0)
            yield return $"{Number(summary.Late)} read late (marked ~)";
        if (summary.LostFrames > 0)
            yield return $"{Number(summary.LostFrames)} returns not seen";
        if (summary.LostReturns > 0)
            yield return $"{Number(summary.LostReturns)} returns not seen: more than 64 calls nested, the kernel follows no more (--returns sites sees all)";
        if (summary.Unreturned > 0)
            yield return $"{Number(summary.Unreturned)} calls without a return";
        if (summary.Faults > 0)
            yield return $"{Number(summary.Faults)} whose filter could not be computed";
        if (summary.Overflow > 0)
            yield return $"{Number(summary.Overflow)} beyond the most keys";
        if (summary.Drops > 0)
            yield return $"{Number(summary.Drops)} assignments dropped";
        if (summary.Limited > 0)
            yield return $"{Number(summary.Limited)} limited";
        if (summary.Gaps > 0)
            yield return $"{Number(summary.Gaps)} gaps: a process ran on before it was known what to trace in what it had executed or loaded";
        if (summary.Overhead is { TracedShare: < 1 } overhead)
        {
            yield return OverheadText.Of(overhead);
            if (overhead.CutCalls > 0)
                yield return $"{Number(overhead.CutCalls)} calls cut by pauses";
        }

        yield return $"backend {summary.Backend}";
        yield return string.Create(CultureInfo.InvariantCulture, $"target stopped {summary.TargetStopped.TotalMilliseconds:0.0} ms");
        yield return string.Create(CultureInfo.InvariantCulture, $"{summary.Duration.TotalSeconds:0.0} s");
    }

    private static string Number(ulong count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
