using System.Globalization;
using System.Text;

namespace Tracer.Runtimes.Native;

/// <summary>
/// Tells whether a mangled C++ name is a function of the name a user wrote (Itanium C++ ABI, 5.1), for the names people write: <c>f</c>,
/// <c>space::type::f</c>, without template arguments. Overloads all match.
/// </summary>
internal static class MangledName
{
    /// <summary>What mangled names of the function begin with, each to be followed by types; none when the name cannot be one of C++.</summary>
    public static IReadOnlyList<byte[]> Prefixes(string name)
    {
        var parts = name.Split("::");
        if (parts.Any(p => p.Length == 0 || !p.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') || char.IsAsciiDigit(p[0])))
            return [];
        var encoded = new StringBuilder();
        foreach (var part in parts)
            encoded.Append(part.Length.ToString(CultureInfo.InvariantCulture)).Append(part);
        // A name without spaces stands alone, others within N and E, K for const members; constructors repeat no name.
        if (parts.Length == 1)
            return [Encoding.ASCII.GetBytes($"_Z{encoded}"), Encoding.ASCII.GetBytes($"_ZL{encoded}")];
        return [Encoding.ASCII.GetBytes($"_ZN{encoded}E"), Encoding.ASCII.GetBytes($"_ZNK{encoded}E")];
    }

    /// <summary>Whether a symbol's name begins with one of the prefixes and its types follow.</summary>
    public static bool Matches(ReadOnlySpan<byte> symbol, IReadOnlyList<byte[]> prefixes)
    {
        foreach (var prefix in prefixes)
        {
            // Something else may begin the same way: _Z1fv is f, _Z1f1gv has no such meaning, _Z1fIiE is a template.
            if (symbol.StartsWith(prefix) && symbol.Length > prefix.Length && !char.IsAsciiDigit((char)symbol[prefix.Length]) | prefix[^1] == 'E')
                return true;
        }

        return false;
    }
}
