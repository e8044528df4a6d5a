namespace Tracer.Elf;

/// <summary>The paths at which a separate debug file of an image may be, as gdb and elfutils look for it. Nothing is opened.</summary>
public static class DebugFileCandidates
{
    private const string DebugDirectory = "/usr/lib/debug";

    /// <summary>The candidate paths, best first: by build-id, then by debug link beside the file, in .debug, and under /usr/lib/debug.</summary>
    /// <param name="image">The image; its build-id and debug link are used.</param>
    /// <param name="imagePath">The image's absolute path inside the root.</param>
    /// <param name="root">What to put before each path, as <c>/proc/123/root</c>; empty for this process's own root.</param>
    public static IEnumerable<string> For(ElfImage image, string imagePath, string root = "")
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(imagePath);
        ArgumentNullException.ThrowIfNull(root);
        return Paths(image, imagePath).Select(path => root + path);
    }

    private static IEnumerable<string> Paths(ElfImage image, string imagePath)
    {
        if (image.BuildIdString is { Length: > 2 } id)
            yield return $"{DebugDirectory}/.build-id/{id.AsSpan(0, 2)}/{id.AsSpan(2)}.debug";
        // A debug link names a file, never a path: anything else would let a hostile binary point elsewhere.
        if (image.DebugLink is not { } link || link.FileName.Contains('/', StringComparison.Ordinal) || link.FileName is "." or "..")
            yield break;
        var directory = imagePath[..Math.Max(imagePath.LastIndexOf('/'), 0)];
        if ($"{directory}/{link.FileName}" != imagePath)
            yield return $"{directory}/{link.FileName}";
        yield return $"{directory}/.debug/{link.FileName}";
        yield return $"{DebugDirectory}{directory}/{link.FileName}";
    }
}
