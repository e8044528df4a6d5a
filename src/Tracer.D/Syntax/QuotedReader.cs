using System.Text;
using System.Text.Unicode;
using Tracer.D.Diagnostics;

namespace Tracer.D.Syntax;

/// <summary>Reads a string or a character constant with C's escapes. A string is UTF-8: its bytes, also those of escapes, must be.</summary>
internal static class QuotedReader
{
    /// <summary>The string or character at a quote.</summary>
    public static Token Read(string text, int start, DiagnosticList diagnostics)
    {
        var quote = text[start];
        var bytes = new List<byte>();
        var position = start + 1;
        string? problem = null;
        while (position < text.Length && text[position] != quote && text[position] != '\n')
            problem = (text[position] == '\\' ? Escape(text, ref position, bytes) : Plain(text, ref position, bytes)) ?? problem;

        var closed = position < text.Length && text[position] == quote;
        position += closed ? 1 : 0;
        var span = new TextSpan(start, position - start);
        if (!closed)
        {
            problem = $"the {(quote == '"' ? "string" : "character")} is not closed";
            span = span with { Length = 1 };
            position = text.Length;
        }

        var written = new TextSpan(start, position - start);
        var token = new Token(quote == '"' ? TokenKind.String : TokenKind.Character, text[start..position], written);
        string? hint = null;
        if (problem is null)
            token = quote == '"' ? ReadString(token, bytes, out problem) : ReadCharacter(token, bytes, out problem, out hint);
        if (problem is not null)
            diagnostics.Add(DiagnosticIds.BadLiteral, problem, span, hint);
        return token;
    }

    private static Token ReadString(Token token, List<byte> bytes, out string? problem)
    {
        var utf8 = bytes.ToArray();
        problem = !Utf8.IsValid(utf8) ? "the string is no valid UTF-8" : bytes.Contains(0) ? "a string cannot hold a NUL" : null;
        return token with { Decoded = Encoding.UTF8.GetString(utf8) };
    }

    private static Token ReadCharacter(Token token, List<byte> bytes, out string? problem, out string? hint)
    {
        problem = bytes.Count switch
        {
            1 => null,
            0 => "a character constant holds one character, this one none",
            _ => "a character constant holds one character of one byte",
        };
        hint = bytes.Count > 1 ? $"a string has double quotes: \"{token.Text[1..^1]}\"" : null;
        // C's char is signed here: '\xff' is -1.
        return bytes.Count == 1 ? token with { Integer = new IntegerLiteral((ulong)(sbyte)bytes[0], true, false, false) } : token;
    }

    private static string? Plain(string text, ref int position, List<byte> bytes)
    {
        Rune.DecodeFromUtf16(text.AsSpan(position), out var rune, out var length);
        var valid = !char.IsSurrogate(text[position]) || length == 2;
        position += Math.Max(1, length);
        Span<byte> utf8 = stackalloc byte[4];
        bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
        return valid ? null : "the text is no valid Unicode";
    }

    private static string? Escape(string text, ref int position, List<byte> bytes)
    {
        position++;
        var c = position < text.Length ? text[position] : '\0';
        var simple = "abefnrtv\\'\"?".IndexOf(c, StringComparison.Ordinal);
        if (c != '\0' && simple >= 0)
        {
            bytes.Add((byte)"\a\b\u001b\f\n\r\t\v\\'\"?"[simple]);
            position++;
            return null;
        }

        var hex = c == 'x';
        var (radix, most) = hex ? (16U, int.MaxValue) : (8U, 3);
        position += hex ? 1 : 0;
        var value = 0U;
        var digits = 0;
        while (digits < most && position < text.Length && NumberReader.DigitOf(text[position]) is var digit && digit < radix)
        {
            value = Math.Min(value * radix + digit, 0x1000U);
            position++;
            digits++;
        }

        bytes.Add((byte)value);
        if (digits == 0)
            return hex ? "'\\x' lacks its digits" : c is '\0' or '\n' ? "the escape is not finished" : $"'\\{c}' is no escape";
        return value > 0xFF ? "an escape stands for one byte" : null;
    }
}
