using System.Text;
using Tracer.Core.Stacks;
using Tracer.Core.Stacks.Symbols;
using Tracer.Core.Stacks.Threads;

namespace Tracer.Output.Text;

/// <summary>Stacks as indented lines, a frame each, innermost first.</summary>
internal static class StackText
{
    public static void Write(OutputBuffer output, IEnumerable<StackFrameInfo> frames)
    {
        foreach (var frame in frames)
            Line(output, frame.ToString());
    }

    /// <summary>Native frames and those of interpreted code.</summary>
    public static void Write(OutputBuffer output, IEnumerable<ThreadFrame> frames)
    {
        foreach (var frame in frames)
            Line(output, frame.ToString());
    }

    /// <summary>What is to be said of a stack that did not end at its outermost frame.</summary>
    public static void WriteEnd(OutputBuffer output, StackEnd end)
    {
        if (end != StackEnd.Outermost)
            Line(output, $"<{Reason(end)}>");
    }

    private static string Reason(StackEnd end) => end switch
    {
        StackEnd.DepthReached => $"more than {StackUnwinder.DefaultDepth} frames",
        StackEnd.MemoryUnreadable => "the rest is beyond what was copied of the stack",
        StackEnd.NoUnwindInformation => "no call frame information",
        StackEnd.InvalidUnwindInformation => "call frame information that cannot be used",
        _ => "the stack does not go on",
    };

    private static void Line(OutputBuffer output, string text)
    {
        output.Append("    "u8);
        output.Append(Encoding.UTF8.GetBytes(TextEscaper.Escape(text)));
        output.EndLine();
    }
}
