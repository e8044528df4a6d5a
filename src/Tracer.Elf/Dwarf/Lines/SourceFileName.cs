namespace Tracer.Elf.Dwarf.Lines;

/// <summary>Compares a file name as a user writes it with a path of a line table.</summary>
internal static class SourceFileName
{
    /// <summary>Whether <paramref name="path"/> is the wanted one or ends with it at the start of a component: <c>a/b.c</c> is meant by <c>b.c</c>.</summary>
    public static bool Matches(string path, string wanted)
    {
        if (!path.EndsWith(wanted, StringComparison.Ordinal))
            return false;
        return path.Length == wanted.Length || wanted.StartsWith('/') || path[path.Length - wanted.Length - 1] == '/';
    }
}
