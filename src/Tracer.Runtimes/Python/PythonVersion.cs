using System.Globalization;

namespace Tracer.Runtimes.Python;

/// <summary>A version of CPython.</summary>
/// <param name="Major">2 or 3.</param>
/// <param name="Minor">The feature release.</param>
/// <param name="Micro">The patch release.</param>
/// <param name="Text">As the file spells it: <c>3.10.13</c>, <c>3.12.0rc1+</c>.</param>
public sealed record PythonVersion(int Major, int Minor, int Micro, string Text)
{
    /// <summary>Whether it is of that feature release or a later one.</summary>
    public bool IsAtLeast(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    /// <summary>The version in <c>Py_Version</c>, which is laid out as PY_VERSION_HEX (Include/patchlevel.h).</summary>
    public static PythonVersion OfHex(uint hex)
    {
        int major = (int)(hex >> 24), minor = (int)(hex >> 16 & 0xff), micro = (int)(hex >> 8 & 0xff), level = (int)(hex >> 4 & 0xf), serial = (int)(hex & 0xf);
        // The release levels of patchlevel.h: alpha 0xA, beta 0xB, candidate 0xC, final 0xF.
        var suffix = level switch { 0xA => $"a{serial}", 0xB => $"b{serial}", 0xC => $"rc{serial}", _ => "" };
        return new PythonVersion(major, minor, micro, string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}.{micro}{suffix}"));
    }

    /// <summary>Parses PY_VERSION, all of it and of CPython 2.7 or 3.0 to 3.39 only; null when the bytes are something else.</summary>
    public static PythonVersion? Parse(ReadOnlySpan<byte> text)
    {
        var rest = text;
        if (!TakeNumber(ref rest, out var major) || !Take(ref rest, '.') || !TakeNumber(ref rest, out var minor)
            || !Take(ref rest, '.') || !TakeNumber(ref rest, out var micro) || !(major == 2 ? minor == 7 : major == 3 && minor < 40))
            return null;
        // "a1", "b2", "rc3" and the "+" of a build between releases.
        if (Take(ref rest, 'a') || Take(ref rest, 'b') || (Take(ref rest, 'r') && Take(ref rest, 'c')))
        {
            if (!TakeNumber(ref rest, out _))
                return null;
        }

        Take(ref rest, '+');
        return rest.IsEmpty ? new PythonVersion(major, minor, micro, System.Text.Encoding.ASCII.GetString(text)) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool TakeNumber(ref ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        var digits = 0;
        while (digits < text.Length && digits < 3 && text[digits] is >= (byte)'0' and <= (byte)'9')
            number = number * 10 + (text[digits++] - '0');
        text = text[digits..];
        return digits > 0;
    }

    private static bool Take(ref ReadOnlySpan<byte> text, char letter)
    {
        if (text.IsEmpty || text[0] != letter)
            return false;
        text = text[1..];
        return true;
    }
}
