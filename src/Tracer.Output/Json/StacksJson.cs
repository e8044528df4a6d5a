using System.Text.Encodings.Web;
using System.Text.Json;
using Tracer.Core.Stacks.Threads;

namespace Tracer.Output.Json;

/// <summary>
/// The stacks of a process as NDJSON: a record of type stack for each thread, then one of type summary. A frame of interpreted code has a <c>language</c>; a native
/// one is as in the stacks of events. A thread whose id could not be told has a tid of null.
/// </summary>
public static class StacksJson
{
    /// <summary>Writes them.</summary>
    public static void Write(OutputBuffer output, StacksReport report)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(report);
        foreach (var thread in report.Threads)
            Line(output, "stack", json => Write(json, report, thread));
        Line(output, "summary", json => Write(json, report));
    }

    private static void Line(OutputBuffer output, string type, Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteStartObject("data"u8);
            write(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.EndLine();
    }

    private static void Write(Utf8JsonWriter json, StacksReport report)
    {
        json.WriteNumber("pid"u8, report.ProcessId);
        json.WriteString("command"u8, report.CommandLine);
        Strings(json, "runtimes"u8, report.Runtimes);
        json.WriteNumber("threads"u8, report.Threads.Count);
        json.WriteNumber("omittedThreads"u8, report.OmittedThreads);
        json.WriteNumber("targetStoppedMilliseconds"u8, report.Stopped.TotalMilliseconds);
        if (report.NotStopped is not null)
            json.WriteString("notStopped"u8, report.NotStopped);
        Strings(json, "warnings"u8, report.Warnings);
    }

    private static void Write(Utf8JsonWriter json, StacksReport report, ThreadStack thread)
    {
        json.WriteNumber("pid"u8, report.ProcessId);
        if (thread.ThreadId != 0)
            json.WriteNumber("tid"u8, thread.ThreadId);
        else
            json.WriteNull("tid"u8);
        json.WriteString("comm"u8, thread.Comm);
        if (thread.Name is not null)
            json.WriteString("name"u8, thread.Name);
        if (thread.Interpreter is { } interpreter)
            json.WriteNumber("interpreter"u8, interpreter);
        json.WriteBoolean("holdsLock"u8, thread.HoldsLock);
        json.WriteBoolean("consistent"u8, report.NotStopped is null);
        if (thread.Problems.Count > 0)
            Strings(json, "problems"u8, thread.Problems);
        json.WritePropertyName("frames"u8);
        StackJson.Write(json, thread.Frames);
    }

    private static void Strings(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
