using System.Globalization;
using System.Text;

namespace Tracer.Elf.Demangling.Rust;

/// <summary>
/// The older names of Rust: those of C++ in form, <c>_ZN</c>, path segments, and a last one of "h" and 16 digits (rustc's
/// symbol_names/legacy.rs). Special characters are written as $..$.
/// </summary>
internal static class RustLegacy
{
    private const int HashLength = 17;

    /// <summary>Demangles a symbol, without its hash; null when it is none of these.</summary>
    public static string? Demangle(string symbol)
    {
        if (!symbol.StartsWith("_ZN", StringComparison.Ordinal))
            return null;
        var segments = new List<Range>();
        int at = 3;
        while (at < symbol.Length && symbol[at] != 'E')
        {
            int length = 0, start = at;
            for (; at < symbol.Length && char.IsAsciiDigit(symbol[at]) && length < symbol.Length; at++)
                length = (length * 10) + symbol[at] - '0';
            if (at == start || length == 0 || length > symbol.Length - at)
                return null;
            segments.Add(at..(at + length));
            at += length;
        }
        // Behind the E there may be what LLVM appends: ".llvm.123".
        if (at >= symbol.Length || (at + 1 < symbol.Length && symbol[at + 1] != '.') || segments.Count < 2 || !IsHash(symbol.AsSpan()[segments[^1]]))
            return null;
        var text = new StringBuilder();
        foreach (var segment in segments[..^1])
        {
            if (text.Length > 0)
                text.Append("::");
            if (!Append(text, symbol.AsSpan()[segment]))
                return null;
        }
        return text.ToString();
    }

    private static bool IsHash(ReadOnlySpan<char> segment)
    {
        if (segment.Length != HashLength || segment[0] != 'h')
            return false;
        foreach (char digit in segment[1..])
        {
            if (!char.IsAsciiHexDigitLower(digit))
                return false;
        }
        return true;
    }

    private static bool Append(StringBuilder text, ReadOnlySpan<char> segment)
    {
        // A segment may not begin with $, nor end with a dot that means something.
        if (segment.StartsWith("_$"))
            segment = segment[1..];
        while (!segment.IsEmpty)
        {
            if (segment[0] == '.')
            {
                bool isPath = segment.Length > 1 && segment[1] == '.';
                text.Append(isPath ? "::" : ".");
                segment = segment[(isPath ? 2 : 1)..];
            }
            else if (segment[0] == '$')
            {
                int end = segment[1..].IndexOf('$');
                if (end < 0 || Unescape(segment.Slice(1, end)) is not { } special)
                    return false;
                text.Append(special);
                segment = segment[(end + 2)..];
            }
            else
            {
                int end = segment.IndexOfAny('.', '$');
                end = end < 0 ? segment.Length : end;
                text.Append(segment[..end]);
                segment = segment[end..];
            }
        }
        return true;
    }

    private static string? Unescape(ReadOnlySpan<char> code) => code switch
    {
        "SP" => "@",
        "BP" => "*",
        "RF" => "&",
        "LT" => "<",
        "GT" => ">",
        "LP" => "(",
        "RP" => ")",
        "C" => ",",
        ['u', .. var digits] when int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int scalar) && Rune.IsValid(scalar)
            && !Rune.IsControl(new Rune(scalar)) => new Rune(scalar).ToString(),
        _ => null,
    };
}
