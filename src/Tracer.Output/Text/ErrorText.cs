using Tracer.Core.Diagnostics;

namespace Tracer.Output.Text;

/// <summary>An expected failure as text: one line, or the lines that show its place and then what could not be done.</summary>
public static class ErrorText
{
    /// <summary>The text, without a final line break.</summary>
    public static string Of(TracerException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error.Listing is { } listing
            ? $"{listing}\nsharptrace: {TextEscaper.Escape(error.What)} [{error.Id}]"
            : $"sharptrace: {TextEscaper.Escape(error.Message)} [{error.Id}]";
    }
}
