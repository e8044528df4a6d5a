using System.Text.Json;
using Tracer.Core.Stacks.Symbols;
using Tracer.Core.Stacks.Threads;

namespace Tracer.Output.Json;

/// <summary>A stack as an array of frames, innermost first.</summary>
internal static class StackJson
{
    public static void Write(Utf8JsonWriter json, IEnumerable<StackFrameInfo> frames)
    {
        json.WriteStartArray();
        foreach (var frame in frames)
        {
            json.WriteStartObject();
            WriteFields(json, frame);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Native frames and those of interpreted code, which have a <c>language</c>.</summary>
    public static void Write(Utf8JsonWriter json, IEnumerable<ThreadFrame> frames)
    {
        json.WriteStartArray();
        foreach (var frame in frames)
        {
            json.WriteStartObject();
            if (frame.Interpreted is { } interpreted)
                WriteFields(json, interpreted);
            else
                WriteFields(json, frame.Native!);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFields(Utf8JsonWriter json, InterpreterFrameInfo frame)
    {
        json.WriteString("language"u8, frame.Language);
        json.WriteString("function"u8, frame.Function);
        if (frame.QualifiedName is not null)
            json.WriteString("qualname"u8, frame.QualifiedName);
        json.WriteString("file"u8, frame.File);
        if (frame.Line is { } line)
            json.WriteNumber("line"u8, line);
        if (frame.Locals is null)
            return;
        json.WriteStartObject("locals"u8);
        foreach (var (name, value) in frame.Locals)
            json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, StackFrameInfo frame)
    {
        if (frame.IsGap)
        {
            json.WriteBoolean("missing"u8, true);
            if (frame.Module is not null)
                json.WriteString("module"u8, frame.Module);
            return;
        }

        json.WriteNumber("address"u8, frame.Address);
        if (frame.Function is not null)
        {
            json.WriteString("function"u8, frame.Function);
            json.WriteNumber("offset"u8, frame.FunctionOffset);
        }

        if (frame.Module is not null)
        {
            json.WriteString("module"u8, frame.Module);
            json.WriteNumber("moduleOffset"u8, frame.ModuleOffset);
        }

        if (frame.SourceFile is not null)
        {
            json.WriteString("file"u8, frame.SourceFile);
            json.WriteNumber("line"u8, frame.Line);
        }

        if (frame.IsInlined)
            json.WriteBoolean("inlined"u8, true);
    }
}
