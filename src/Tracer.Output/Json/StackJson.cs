using System.Text.Json;
using Tracer.Core.Stacks.Symbols;

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

    /// <summary>The fields of a frame, inside of its object.</summary>
    public static void WriteFields(Utf8JsonWriter json, StackFrameInfo frame)
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
