using System.Globalization;
using System.Text;

namespace Tracer.Runtimes.Python.Objects;

/// <summary>Text and bytes in quotes, escaped as repr() escapes them; what is cut off is marked by <c>…</c> before the closing quote.</summary>
public static class PythonQuoting
{
    /// <summary>A str of 3.x: letters of all scripts as they are.</summary>
    public static void Text(StringBuilder output, string text, bool isTruncated) => Append(output, text, isTruncated, asciiOnly: false);

    /// <summary>A unicode of 2.7, without its prefix.</summary>
    public static void Ascii(StringBuilder output, string text, bool isTruncated) => Append(output, text, isTruncated, asciiOnly: true);

    /// <summary>Bytes, without a prefix.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="isTruncated">Whether there are more.</param>
    /// <param name="escapesApostrophe">Whether an apostrophe is escaped in double quotes too, as bytearray_repr (Objects/bytearrayobject.c) did until 3.14.</param>
    public static void Bytes(StringBuilder output, ReadOnlySpan<byte> bytes, bool isTruncated, bool escapesApostrophe = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        var quote = bytes.Contains((byte)'\'') && !bytes.Contains((byte)'"') ? '"' : '\'';
        output.Append(quote);
        foreach (var value in bytes)
            Character(output, value, value == '\'' && escapesApostrophe ? '\'' : quote, isByte: true);
        End(output, isTruncated, quote);
    }

    private static void Append(StringBuilder output, string text, bool isTruncated, bool asciiOnly)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(text);
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        output.Append(quote);
        for (var k = 0; k < text.Length; k++)
        {
            var code = (uint)text[k];
            if (char.IsHighSurrogate(text[k]) && k + 1 < text.Length && char.IsLowSurrogate(text[k + 1]))
                code = (uint)char.ConvertToUtf32(text[k], text[++k]);
            if (code < 0x80)
                Character(output, (byte)code, quote, isByte: false);
            else if (!asciiOnly && IsPrintable(code))
                output.Append(char.ConvertFromUtf32((int)code));
            else
                output.Append(code <= 0xff ? $"\\x{code:x2}" : code <= 0xffff ? $"\\u{code:x4}" : $"\\U{code:x8}");
        }

        End(output, isTruncated, quote);
    }

    private static void End(StringBuilder output, bool isTruncated, char quote)
    {
        if (isTruncated)
            output.Append('…');
        output.Append(quote);
    }

    private static void Character(StringBuilder output, byte value, char quote, bool isByte)
    {
        var escape = value switch
        {
            (byte)'\n' => "\\n",
            (byte)'\r' => "\\r",
            (byte)'\t' => "\\t",
            (byte)'\\' => "\\\\",
            _ when value == quote => $"\\{quote}",
            < 0x20 or 0x7f => $"\\x{value:x2}",
            >= 0x80 when isByte => $"\\x{value:x2}",
            _ => null,
        };
        if (escape is null)
            output.Append((char)value);
        else
            output.Append(escape);
    }

    // Tools/unicode/makeunicodedata.py, PRINTABLE_MASK: all but the "other" and the "separator" categories.
    private static bool IsPrintable(uint code) => code is < 0xd800 or > 0xdfff && CharUnicodeInfo.GetUnicodeCategory((int)code) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
