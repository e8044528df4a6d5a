using System.Text.Encodings.Web;
using System.Text.Json;
using Tracer.Allocations;
using Tracer.Output;

namespace Tracer.Cli.Allocations;

/// <summary>Memory as NDJSON: a record of type <c>allocation</c> a row.</summary>
internal static class AllocationJson
{
    public static void Write(OutputBuffer output, AllocationReport report, int top)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        foreach (var row in report.Rows.Take(top))
        {
            json.Reset();
            json.WriteStartObject();
            json.WriteString("type"u8, "allocation"u8);
            json.WriteStartObject("data"u8);
            if (row.Unknown is { } why)
                json.WriteString("unknown"u8, why);
            else
                Place(json, row);
            json.WriteNumber("growth"u8, row.Growth);
            json.WriteNumber("bytes"u8, row.Bytes);
            json.WriteNumber("blocks"u8, row.Allocations);
            json.WriteNumber("freedBytes"u8, row.FreedBytes);
            json.WriteNumber("freedBlocks"u8, row.Frees);
            json.WriteBoolean("smallBlocks"u8, report.SeesSmallBlocks);
            json.WriteEndObject();
            json.WriteEndObject();
            json.Flush();
            output.EndLine();
        }
    }

    private static void Place(Utf8JsonWriter json, AllocationRow row)
    {
        json.WriteString("function"u8, row.Function);
        json.WriteString("file"u8, row.FileName);
        if (row.Line is { } line)
            json.WriteNumber("line"u8, line);
    }
}
