using Tracer.D.Diagnostics;

namespace Tracer.D.Syntax;

/// <summary>Reads a number: decimal, hexadecimal, octal or binary with the suffixes u, l, ul, ll, ull in any case and order.</summary>
internal static class NumberReader
{
    /// <summary>The number at a digit (or at a dot before one).</summary>
    public static Token Read(string text, int start, DiagnosticList diagnostics)
    {
        var hex = text.AsSpan(start).StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var end = FindEnd(text, start, hex);
        var span = new TextSpan(start, end - start);
        var written = text[start..end];
        if (!hex && IsFloat(written))
            return new Token(TokenKind.Float, written, span);

        var token = new Token(TokenKind.Integer, written, span);
        var binary = written.StartsWith("0b", StringComparison.OrdinalIgnoreCase);
        var octal = !hex && !binary && written.Length > 1 && written[0] == '0';
        var radix = hex ? 16U : binary ? 2U : octal ? 8U : 10U;
        var digits = written.AsSpan(hex || binary ? 2 : 0);
        if (!TryRead(ref digits, radix, out var value, out var any))
        {
            diagnostics.Add(DiagnosticIds.BadLiteral, $"{written} does not fit into 64 bits", span);
            return token;
        }

        if (!any || !TrySuffix(digits, out var isUnsigned, out var isLong))
        {
            diagnostics.Add(DiagnosticIds.BadLiteral, $"{written} is no number", span, HintFor(radix, digits));
            return token;
        }

        if (radix == 10 && !isUnsigned && value > long.MaxValue)
            diagnostics.Add(DiagnosticIds.BadLiteral, $"{written} does not fit into a signed number", span, "add the suffix u to make it unsigned");
        return token with { Integer = new IntegerLiteral(value, radix == 10, isUnsigned, isLong) };
    }

    private static int FindEnd(string text, int start, bool hex)
    {
        var end = start;
        while (end < text.Length)
        {
            var c = text[end];
            var exponentSign = (c is '+' or '-') && !hex && end > start && (text[end - 1] is 'e' or 'E');
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_') && !exponentSign)
                break;
            end++;
        }

        return end;
    }

    private static bool IsFloat(string written) =>
        written.Contains('.', StringComparison.Ordinal)
        || (written.IndexOfAny(['e', 'E']) > 0 && !written.StartsWith("0b", StringComparison.OrdinalIgnoreCase));

    private static bool TryRead(ref ReadOnlySpan<char> digits, uint radix, out ulong value, out bool any)
    {
        value = 0;
        any = false;
        while (digits.Length > 0 && DigitOf(digits[0]) is var digit && digit < radix)
        {
            if (value > (ulong.MaxValue - digit) / radix)
                return false;
            value = value * radix + digit;
            any = true;
            digits = digits[1..];
        }

        return true;
    }

    /// <summary>The value of a hexadecimal digit; a large number for every other character.</summary>
    public static uint DigitOf(char c) => char.IsAsciiHexDigit(c) ? (uint)Convert.ToInt32(c.ToString(), 16) : uint.MaxValue;

    private static bool TrySuffix(ReadOnlySpan<char> suffix, out bool isUnsigned, out bool isLong)
    {
        isUnsigned = suffix.IndexOfAny('u', 'U') >= 0;
        isLong = suffix.IndexOfAny('l', 'L') >= 0;
        if (suffix.Length > 0 && suffix[0] is 'u' or 'U')
            suffix = suffix[1..];
        else if (suffix.Length > 0 && suffix[^1] is 'u' or 'U')
            suffix = suffix[..^1];
        return suffix is "" or "l" or "L" or "ll" or "LL";
    }

    private static string? HintFor(uint radix, ReadOnlySpan<char> rest) => radix switch
    {
        8 when rest.Length > 0 && char.IsAsciiDigit(rest[0]) => "a number that begins with 0 is octal",
        _ => null,
    };
}
