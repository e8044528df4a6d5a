using System.Text.Encodings.Web;
using System.Text.Json;
using Tracer.Allocations;
using Tracer.Core.Events;
using Tracer.Output;

namespace Tracer.Cli.Allocations;

/// <summary>Memory as NDJSON: a record of type <c>allocation</c> a row, then one of type <c>allocationSummary</c>.</summary>
internal static class AllocationJson
{
    public static void Write(OutputBuffer output, AllocationReport report, TraceSummary summary, int top)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        foreach (var row in report.Rows.Take(top))
        {
            Begin(json, "allocation"u8);
            if (row.Unknown is { } why)
                json.WriteString("unknown"u8, why);
            else
                Place(json, row);
            Numbers(json, row.Own);
            if (row.Inclusive is { } inclusive)
            {
                json.WriteStartObject("inclusive"u8);
                Numbers(json, inclusive);
                json.WriteEndObject();
            }

            json.WriteBoolean("smallBlocks"u8, report.SeesSmallBlocks);
            End(json, output);
        }

        Begin(json, "allocationSummary"u8);
        json.WriteNumber("rows"u8, Math.Min(top, report.Rows.Count));
        json.WriteNumber("allRows"u8, report.Rows.Count);
        json.WriteStartObject("total"u8);
        Numbers(json, report.Total);
        json.WriteEndObject();
        json.WriteStartObject("nameless"u8);
        Numbers(json, report.Nameless);
        json.WriteEndObject();
        json.WriteStartObject("cut"u8);
        Numbers(json, report.Cut);
        json.WriteEndObject();
        json.WriteBoolean("smallBlocks"u8, report.SeesSmallBlocks);
        json.WriteNumber("missedFrees"u8, report.MissedFrees);
        json.WriteNumber("drops"u8, summary.Drops);
        json.WriteNumber("lost"u8, AllocationLosses.Hits(summary));
        json.WriteNumber("overflow"u8, summary.Overflow);
        json.WriteNumber("faults"u8, summary.Faults);
        End(json, output);
    }

    private static void Begin(Utf8JsonWriter json, ReadOnlySpan<byte> type)
    {
        json.Reset();
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteStartObject("data"u8);
    }

    private static void End(Utf8JsonWriter json, OutputBuffer output)
    {
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        output.EndLine();
    }

    private static void Numbers(Utf8JsonWriter json, AllocationSum sum)
    {
        json.WriteNumber("growth"u8, sum.Growth);
        json.WriteNumber("bytes"u8, sum.Bytes);
        json.WriteNumber("blocks"u8, sum.Allocations);
        json.WriteNumber("freedBytes"u8, sum.FreedBytes);
        json.WriteNumber("freedBlocks"u8, sum.Frees);
    }

    private static void Place(Utf8JsonWriter json, AllocationRow row)
    {
        json.WriteString("function"u8, row.Function);
        json.WriteString("file"u8, row.FileName);
        if (row.Line is { } line)
            json.WriteNumber("line"u8, line);
        if (row.Stack.Count == 0)
            return;
        json.WriteStartArray("stack"u8);
        foreach (var frame in row.Stack)
        {
            json.WriteStartObject();
            json.WriteString("function"u8, frame.Function);
            json.WriteString("file"u8, frame.FileName);
            if (frame.Line is { } at)
                json.WriteNumber("line"u8, at);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("cut"u8, row.IsCut);
    }
}
