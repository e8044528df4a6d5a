using System.Globalization;

namespace Tracer.Linux;

/// <summary>A kernel version, to be compared: 6.18.3. A distribution's kernel may have features that its version has not: probe where one can.</summary>
/// <param name="Major">The 6 of 6.18.3.</param>
/// <param name="Minor">The 18 of 6.18.3.</param>
/// <param name="Patch">The 3 of 6.18.3; zero when not given.</param>
public readonly record struct KernelVersion(int Major, int Minor, int Patch = 0) : IComparable<KernelVersion>
{
    /// <summary>Reads the start of a release name such as "6.1.0-18-amd64" or "5.15.153.1-microsoft-standard"; false when it is none.</summary>
    public static bool TryParse(ReadOnlySpan<char> release, out KernelVersion version)
    {
        version = default;
        if (!Take(ref release, out var major) || release.IsEmpty || release[0] != '.') return false;
        release = release[1..];
        if (!Take(ref release, out var minor)) return false;
        var patch = 0;
        if (!release.IsEmpty && release[0] == '.')
        {
            release = release[1..];
            if (!Take(ref release, out patch)) patch = 0;
        }

        version = new(major, minor, patch);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(KernelVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    /// <summary>Older.</summary>
    public static bool operator <(KernelVersion left, KernelVersion right) => left.CompareTo(right) < 0;

    /// <summary>Newer.</summary>
    public static bool operator >(KernelVersion left, KernelVersion right) => left.CompareTo(right) > 0;

    /// <summary>Older or the same.</summary>
    public static bool operator <=(KernelVersion left, KernelVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Newer or the same.</summary>
    public static bool operator >=(KernelVersion left, KernelVersion right) => left.CompareTo(right) >= 0;

    private static bool Take(ref ReadOnlySpan<char> text, out int number)
    {
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        var read = int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out number);
        text = text[digits..];
        return read;
    }
}
