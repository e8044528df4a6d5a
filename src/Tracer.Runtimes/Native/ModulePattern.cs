using System.Buffers;
using System.IO.Enumeration;
using Tracer.Core.Targets;

namespace Tracer.Runtimes.Native;

/// <summary>
/// Which mapped files a user means: by path, or by file name with or without the version (<c>libc</c> is libc.so.6, libc-2.31.so), with globs;
/// <c>a.out</c> is the program, as for dtrace.
/// </summary>
public static class ModulePattern
{
    private static readonly SearchValues<char> VersionCharacters = SearchValues.Create("0123456789.");

    /// <summary>Whether a pattern means a module.</summary>
    public static bool Matches(string pattern, TargetModule module)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(module);
        if (pattern.Contains('/', StringComparison.Ordinal))
            return Glob(pattern, module.Path);
        return Glob(pattern, module.Name) || (pattern == "a.out" && module.Image.IsExecutable) || ShortNames(module.Name).Any(n => Glob(pattern, n));
    }

    // libpython3.11.so.1.0: libpython3.11.so, libpython3.11; libc-2.31.so: libc-2.31, libc.
    private static IEnumerable<string> ShortNames(string name)
    {
        var so = name.IndexOf(".so", StringComparison.Ordinal);
        if (so <= 0 || (so + 3 < name.Length && name[so + 3] is not '.'))
            yield break;
        yield return name[..(so + 3)];
        yield return name[..so];
        var hyphen = name.LastIndexOf('-', so - 1);
        if (hyphen > 0 && name.AsSpan(hyphen + 1, so - hyphen - 1).IndexOfAnyExcept(VersionCharacters) < 0)
            yield return name[..hyphen];
    }

    private static bool Glob(string pattern, string text) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}
