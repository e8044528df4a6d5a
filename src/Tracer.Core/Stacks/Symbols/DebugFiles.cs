using Tracer.Elf;
using Tracer.Elf.Dwarf;
using Tracer.Linux;

namespace Tracer.Core.Stacks.Symbols;

/// <summary>Finds and maps the separate debug files of modules: below the target's root first, then where this process has them.</summary>
internal sealed class DebugFiles(ISystemCallGate gate, string targetRoot) : IDisposable
{
    private readonly List<MappedFile> _files = [];

    /// <summary>The image of the debug file that belongs to an image; null when there is none.</summary>
    /// <param name="image">The image.</param>
    /// <param name="path">Its path as the target sees it.</param>
    public ElfImage? Find(ElfImage image, string path)
    {
        foreach (var root in new[] { targetRoot, "" })
        {
            foreach (var candidate in DebugFileCandidates.For(image, path, root))
            {
                if (!MappedFile.Open(gate, candidate).TryGet(out var file))
                    continue;
                if (ElfImage.TryParse(file.Memory, out var debug, out _) && Belongs(debug!, image, file))
                {
                    _files.Add(file);
                    return debug;
                }

                file.Dispose();
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _files.ForEach(file => file.Dispose());
        _files.Clear();
    }

    // A build-id names a build for good; without one the checksum that the debug link has must do.
    private static bool Belongs(ElfImage debug, ElfImage image, MappedFile file)
    {
        if (!debug.IsX64 || (debug.SymbolTable is null && !DwarfFile.HasInfo(debug)))
            return false;
        if (!image.BuildId.IsEmpty)
            return debug.BuildId.Span.SequenceEqual(image.BuildId.Span);
        return image.DebugLink is { } link && DebugLinkChecksum.Compute(file.Memory.Span) == link.Crc;
    }
}
