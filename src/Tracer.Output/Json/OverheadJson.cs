using System.Text.Json;
using Tracer.Core.Events;

namespace Tracer.Output.Json;

/// <summary>
/// What tracing cost, when a bound was asked for: <c>"overhead":{"limitPercent":5,"percent":4.8,"tracedShare":0.37,"cutCalls":2}</c>. Counts of a traced share
/// below 1 are of that part of the time.
/// </summary>
internal static class OverheadJson
{
    public static void Write(Utf8JsonWriter json, OverheadReport overhead)
    {
        json.WriteStartObject("overhead"u8);
        json.WriteNumber("limitPercent"u8, overhead.Limit);
        json.WriteNumber("percent"u8, Math.Round(overhead.Percent, 3));
        json.WriteNumber("tracedShare"u8, Math.Round(overhead.TracedShare, 4));
        json.WriteNumber("cutCalls"u8, overhead.CutCalls);
        json.WriteEndObject();
    }
}
