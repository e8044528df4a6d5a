using System.Globalization;
using Tracer.Allocations;
using Tracer.Core.Events;

namespace Tracer.Cli.Allocations;

/// <summary>What a report of memory lacks, in sentences.</summary>
internal static class AllocationLosses
{
    /// <summary>Hits, or returns, that were not seen.</summary>
    public static ulong Hits(TraceSummary summary) => summary.Lost + summary.LostFrames + summary.LostReturns;

    /// <summary>The sentences; none when nothing is missing.</summary>
    public static IEnumerable<string> Tell(AllocationReport report, TraceSummary summary)
    {
        if (summary.Drops > 0)
            yield return Text($"{summary.Drops} notes found no room: freed is too low. --max-blocks gives more.");
        if (report.MissedFrees > 0)
            yield return Text($"{report.MissedFrees} blocks were given back unseen: they count as freed since their address was given again.");
        if (report.Cut.Allocations > 0)
            yield return Text($"{report.Cut.Bytes} bytes were asked for by stacks with more frames than are recorded: callers beyond are not shown and lack them.");
        foreach (var (count, what) in new[] { (Hits(summary), "hits were lost"), (summary.Overflow, "hits found no row"), (summary.Faults, "hits could not be read") })
        {
            if (count > 0)
                yield return Text($"{count} {what}.");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
