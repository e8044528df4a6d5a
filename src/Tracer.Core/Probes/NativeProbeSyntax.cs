using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tracer.Core.Probes;

/// <summary>
/// The spellings of probes on native code: <c>uprobe:MODULE:function[+offset]</c>, <c>uprobe:MODULE:0xADDRESS</c>, <c>uprobe:MODULE:file.c:line</c>,
/// <c>uretprobe:MODULE:function</c>, <c>uretprobe:MODULE:0xADDRESS</c> of a function's first instruction, and DTrace's <c>pid123:MODULE:function:entry</c>, <c>:return</c> or <c>:OFFSET</c> in hexadecimal digits.
/// </summary>
internal static class NativeProbeSyntax
{
    /// <summary>Parses what follows the provider; on failure <paramref name="error"/> is one sentence.</summary>
    public static bool TryParse(
        string provider, string rest, string text, [NotNullWhen(true)] out NativeProbeSpec? native, out string module, [NotNullWhen(false)] out string? error)
    {
        native = null;
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        module = colon < 0 ? "" : rest[..colon];
        if (colon < 0 || rest.Length == colon + 1)
        {
            error = provider == "pid"
                ? $"'{text}' is not of the form pid:MODULE:function:entry or pid:MODULE:function:return."
                : $"'{text}' lacks a function; write {provider}:MODULE:function, with MODULE as in libc or * for all.";
            return false;
        }

        if (module.Length == 0)
            module = "*";
        var place = rest[(colon + 1)..];
        return provider == "pid" ? TryParsePid(place, text, out native, out error) : TryParsePlace(place, provider == "uretprobe", text, out native, out error);
    }

    private static bool TryParsePlace(string place, bool isReturn, string text, out NativeProbeSpec? native, [NotNullWhen(false)] out string? error)
    {
        native = null;
        error = null;
        NativePlace? parsed;
        if (place.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!TryParseNumber(place, out var address))
                error = $"'{text}' has the malformed address '{place}'.";
            parsed = new AddressPlace(address);
        }
        else if (TryParseLine(place, out var line, ref error))
        {
            parsed = line;
        }
        else
        {
            parsed = error is null ? ParseFunction(place, text, ref error) : null;
        }

        if (error is null && isReturn && parsed is not (FunctionPlace { Offset: 0 } or AddressPlace))
            error = $"'{text}' asks for the return from an instruction; only functions return.";
        if (error is not null)
            return false;
        native = new NativeProbeSpec(parsed!, isReturn);
        return true;
    }

    private static bool TryParsePid(string place, string text, out NativeProbeSpec? native, [NotNullWhen(false)] out string? error)
    {
        native = null;
        error = null;
        // The name is behind the last colon: C++ functions have colons of their own.
        var colon = place.LastIndexOf(':');
        var name = place[(colon + 1)..];
        var function = colon <= 0 ? "" : place[..colon];
        if (function.Length == 0)
            error = $"'{text}' lacks a function; write pid:MODULE:function:entry or pid:MODULE:function:return.";
        else if (name is "entry" or "return")
            native = new NativeProbeSpec(new FunctionPlace(function, 0), name == "return");
        else if (ulong.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var offset))
            native = new NativeProbeSpec(function == "-" ? new AddressPlace(offset) : new FunctionPlace(function, offset), false);
        else
            error = $"'{text}' asks for '{name}' of a function; there are entry, return and offsets in hexadecimal digits.";
        return error is null;
    }

    // A name with a colon before digits only; C++ names have two colons together.
    private static bool TryParseLine(string place, [NotNullWhen(true)] out LinePlace? line, ref string? error)
    {
        line = null;
        var colon = place.LastIndexOf(':');
        if (colon <= 0 || place[colon - 1] == ':' || colon + 1 == place.Length || !place.AsSpan(colon + 1).ContainsOnlyDigits())
            return false;
        if (!int.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            error = $"'{place}' names no line; lines are numbered from 1.";
            return false;
        }

        line = new LinePlace(place[..colon], number);
        return true;
    }

    private static FunctionPlace? ParseFunction(string place, string text, ref string? error)
    {
        var plus = place.IndexOf('+', StringComparison.Ordinal);
        // operator+ and its like are names.
        if (plus <= 0 || place.AsSpan(0, plus).EndsWith("operator", StringComparison.Ordinal))
            return new FunctionPlace(place, 0);
        if (TryParseNumber(place.AsSpan(plus + 1), out var offset))
            return new FunctionPlace(place[..plus], offset);
        error = $"'{text}' has the malformed offset '{place[(plus + 1)..]}'; write a number of bytes, in decimal or as 0x1f.";
        return null;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out ulong number) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
