using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Tracer.Fuzz;

/// <summary>Inputs kept as files: seeds, those that reached something new, and those that were borne badly once ("regression-...").</summary>
public static class Corpus
{
    /// <summary>Where the repository keeps them.</summary>
    public static string Directory { get; } = Path.Combine(Here(), "corpus");

    /// <summary>The inputs of a target, in order of their names.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Read(FuzzTarget target, string directory)
    {
        ArgumentNullException.ThrowIfNull(target);
        var folder = Path.Combine(directory, target.Name);
        return System.IO.Directory.Exists(folder)
            ? [.. System.IO.Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), File.ReadAllBytes(f)))]
            : [];
    }

    /// <summary>Keeps an input; returns its path.</summary>
    public static string Save(string target, string directory, string kind, byte[] input)
    {
        var folder = Path.Combine(directory, target);
        System.IO.Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{kind}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}");
        File.WriteAllBytes(path, input);
        return path;
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
