using System.Text;
using System.Text.Json;

namespace Tracer.Fuzz.Targets;

/// <summary>What holds of everything that is written, whatever the target's names are.</summary>
internal static class OutputChecks
{
    /// <summary>Every line is a JSON value of its own; gives their roots.</summary>
    public static IReadOnlyList<JsonElement> Lines(byte[] json)
    {
        var found = new List<JsonElement>();
        foreach (var line in Encoding.UTF8.GetString(json).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            found.Add(document.RootElement.Clone());
        }

        return found;
    }

    /// <summary>No control character but the end of a line: nothing that steers a terminal.</summary>
    public static void Harmless(string text)
    {
        foreach (var c in text)
        {
            if ((char.IsControl(c) && c != '\n') || c is '\u2028' or '\u202e' or '\u2066' or '\u200f')
                throw new InvalidOperationException($"Text output has the control character U+{(int)c:x4}.");
        }
    }

    /// <summary>Lines there should be.</summary>
    public static void LineCount(string text, int expected)
    {
        if (text.Count(c => c == '\n') is var count && count != expected)
            throw new InvalidOperationException($"{count} lines of text, not {expected}: {text}");
    }

    /// <summary>Equality, with both sides in the message.</summary>
    public static void Equal(string what, string expected, string? actual)
    {
        if (expected != actual)
            throw new InvalidOperationException($"{what}: '{actual}' was read, and '{expected}' written.");
    }
}
