using System.Globalization;
using Tracer.Core.Events;

namespace Tracer.Output.Text;

/// <summary>For what part of the time probes were armed, and why: <c>traced 37 % of the time to stay below 5 %</c>.</summary>
internal static class OverheadText
{
    /// <summary>The clause.</summary>
    public static string Of(OverheadReport overhead)
    {
        var share = 100 * overhead.TracedShare;
        // All the time is what nobody paused, and none what was not traced at all.
        var shown = share >= 99.95 ? "over 99.9" : share < 0.05 ? (share > 0 ? "under 0.1" : "0") : share.ToString(share < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"traced {shown} % of the time to stay below {overhead.Limit:0.###} % (cost {overhead.Percent:0.#} %)");
    }
}
