using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tracer.Output.Text;

/// <summary>
/// Writes UTF-8 so that it stays on one line and cannot steer a terminal: control characters become <c>\n</c>, <c>\t</c> or <c>\xNN</c>, those that
/// turn the direction of writing or end a line elsewhere <c>\uNNNN</c>, and a quote is escaped inside quotes.
/// </summary>
public static class TextEscaper
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>Writes the text; <paramref name="quoted"/> also escapes the double quote. A backslash is left alone: text that could not be decoded carries them.</summary>
    public static void Write(OutputBuffer output, ReadOnlySpan<byte> utf8, bool quoted)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (utf8.IndexOfAnyExcept(Plain) < 0)
        {
            output.Append(utf8);
            return;
        }

        for (var k = 0; k < utf8.Length; k++)
        {
            var b = utf8[k];
            switch (b)
            {
                case (byte)'\n':
                    output.Append("\\n"u8);
                    break;
                case (byte)'\r':
                    output.Append("\\r"u8);
                    break;
                case (byte)'\t':
                    output.Append("\\t"u8);
                    break;
                case (byte)'"' when quoted:
                    output.Append("\\\""u8);
                    break;
                case < 0x20 or 0x7f:
                    Hex(output, b);
                    break;
                case 0xE2 when IsSteering(CodeAt(utf8, k)):
                    output.Append(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{CodeAt(utf8, k):x4}")));
                    k += 2;
                    break;
                case 0xC2 when k + 1 < utf8.Length && utf8[k + 1] < 0xA0:
                    // U+0080 to U+009F: the C1 controls, which some terminals obey.
                    Hex(output, utf8[++k]);
                    break;
                default:
                    output.Append(b);
                    break;
            }
        }
    }

    /// <summary>The text as <see cref="Write"/> writes it: the same string when there is nothing to escape.</summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Any(c => char.IsControl(c) || IsSteering(c)))
            return text;
        var output = new OutputBuffer(Stream.Null);
        Write(output, Encoding.UTF8.GetBytes(text), quoted: false);
        return Encoding.UTF8.GetString(output.Unwritten);
    }

    // U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069: what ends a line for some, or turns the order of what stands behind it.
    private static bool IsSteering(int code) => code is 0x200E or 0x200F or (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private static int CodeAt(ReadOnlySpan<byte> utf8, int at) =>
        at + 2 < utf8.Length && utf8[at + 1] is 0x80 or 0x81 ? 0x2000 | ((utf8[at + 1] & 0x3F) << 6) | (utf8[at + 2] & 0x3F) : 0;

    private static void Hex(OutputBuffer output, byte value)
    {
        output.Append("\\x"u8);
        output.Append("0123456789abcdef"u8[value >> 4]);
        output.Append("0123456789abcdef"u8[value & 15]);
    }
}
