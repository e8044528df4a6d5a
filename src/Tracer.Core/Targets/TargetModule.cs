using Tracer.Elf;

namespace Tracer.Core.Targets;

/// <summary>An ELF file that is mapped into a target, or that is looked at on its own (then its bias is zero).</summary>
/// <param name="path">Its path as the target sees it.</param>
/// <param name="openPath">A path by which this process and the kernel can open the same file, whatever the target's mount namespace.</param>
/// <param name="loadBias">What is added to a link-time address to get the address in the target.</param>
/// <param name="image">The file's contents; null only for modules made by hand whose contents nobody asks for.</param>
public sealed class TargetModule(string path, string openPath, ulong loadBias, ElfImage? image = null)
{
    /// <summary>Its path as the target sees it.</summary>
    public string Path { get; } = path;

    /// <summary>A path by which this process and the kernel can open the same file.</summary>
    public string OpenPath { get; } = openPath;

    /// <summary>What stands before paths of the target's for this process to find them: <c>/proc/12/root</c>; empty for files looked at on their own.</summary>
    public string Root { get; init; } = "";

    /// <summary>What is added to a link-time address to get the address in the target.</summary>
    public ulong LoadBias { get; } = loadBias;

    /// <summary>Which file it is, whatever it is called: device and inode, as the map of the process has them; null for modules that are not mapped.</summary>
    public (uint Major, uint Minor, ulong Inode)? File { get; init; }

    /// <summary>The file's name without folders.</summary>
    public string Name { get; } = System.IO.Path.GetFileName(path);

    /// <summary>The file's contents.</summary>
    /// <exception cref="InvalidOperationException">The module was made without.</exception>
    public ElfImage Image => image ?? throw new InvalidOperationException($"{Path} was made without its contents.");

    /// <inheritdoc/>
    public override string ToString() => Path;
}
