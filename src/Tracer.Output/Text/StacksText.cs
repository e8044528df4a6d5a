using System.Globalization;
using System.Text;
using Tracer.Core.Stacks.Threads;

namespace Tracer.Output.Text;

/// <summary>The stacks of a process as paragraphs, a thread each, innermost frame first.</summary>
public static class StacksText
{
    /// <summary>Writes them.</summary>
    public static void Write(OutputBuffer output, StacksReport report)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(report);
        Line(output, string.Create(CultureInfo.InvariantCulture, $"Process {report.ProcessId}: {report.CommandLine}"));
        var moment = report.NotStopped is null
            ? string.Create(CultureInfo.InvariantCulture, $"stopped for {report.Stopped.TotalMilliseconds:0.0} ms")
            : $"not stopped, so that the stacks are of no one moment: {report.NotStopped}";
        Line(output, string.Join(", ", report.Runtimes.Append(moment)));
        foreach (var thread in report.Threads)
        {
            Line(output, "");
            Line(output, Heading(thread));
            foreach (var problem in thread.Problems)
                Line(output, $"    <{problem}>");
            foreach (var frame in thread.Frames)
                Frame(output, frame);
        }

        if (report.OmittedThreads > 0)
        {
            Line(output, "");
            Line(output, string.Create(CultureInfo.InvariantCulture, $"{report.OmittedThreads} more {(report.OmittedThreads == 1 ? "thread runs" : "threads run")} no interpreted code; --native shows all."));
        }
    }

    private static string Heading(ThreadStack thread)
    {
        var text = thread.ThreadId == 0 ? "Thread of an unknown id" : string.Create(CultureInfo.InvariantCulture, $"Thread {thread.ThreadId}");
        if (thread.Name is not null)
            text += $" \"{thread.Name}\"";
        if (thread.Comm.Length > 0)
            text += $" ({thread.Comm})";
        if (thread.Interpreter is { } interpreter)
            text += string.Create(CultureInfo.InvariantCulture, $" in interpreter {interpreter}");
        return thread.HoldsLock ? text + " holds the GIL" : text;
    }

    private static void Frame(OutputBuffer output, ThreadFrame frame)
    {
        Line(output, $"    {frame}");
        foreach (var (name, value) in frame.Interpreted?.Locals ?? [])
            Line(output, $"        {name} = {value}");
    }

    // Names are the target's, and no terminal shall obey them; a lone surrogate has no UTF-8 and becomes U+FFFD.
    private static void Line(OutputBuffer output, string text)
    {
        output.Append(Encoding.UTF8.GetBytes(TextEscaper.Escape(text)));
        output.EndLine();
    }
}
