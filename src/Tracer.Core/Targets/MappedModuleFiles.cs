using Tracer.Elf;
using Tracer.Linux;

namespace Tracer.Core.Targets;

/// <summary>
/// Opens files that a process has mapped, and makes sure that they are those: a name may lead to another file by now, and a breakpoint in a wrong file would be in other
/// processes' code. The descriptor is kept, so that what was looked at is what is instrumented.
/// </summary>
/// <param name="gate">The kernel.</param>
/// <param name="proc">Where /proc is.</param>
/// <param name="memory">The process's memory, for files whose numbers do not tell.</param>
internal sealed class MappedModuleFiles(ISystemCallGate gate, ProcFs proc, ITargetMemory memory)
{
    /// <summary>Where this process finds what the process has under its root.</summary>
    public string Root(int pid) => proc.PathOf(pid, "root");

    /// <summary>The file of a mapping; ESTALE when a file of its name is there and is another, else why it does not open.</summary>
    public KernelResult<MappedFile> Open(int pid, in MemoryMapEntry entry)
    {
        var failure = new KernelError(Errno.ENOENT, $"opening {entry.Path}");
        var paths = proc.PathsOfMapped(pid, entry);
        for (var k = 0; k < paths.Count; k++)
        {
            if (!MappedFile.Open(gate, paths[k], keep: true).TryGet(out var file, out var error))
            {
                // Without the capability for map_files a name may still lead there; what that says is worth more.
                failure = error;
                continue;
            }

            // The first leads to the mapping's own file, whatever its numbers.
            if (k == 0 || IsSame(file, entry))
                return file;
            file.Dispose();
            failure = new KernelError(Errno.ESTALE, $"opening {paths[k]}, which is another file than the process has mapped");
        }

        return failure;
    }

    private bool IsSame(MappedFile file, in MemoryMapEntry entry)
    {
        var status = file.Status;
        if (status.Inode == entry.Inode && status.DeviceMajor == entry.DeviceMajor && status.DeviceMinor == entry.DeviceMinor)
            return true;
        // overlayfs and btrfs show other numbers to stat(2) than in maps; then the build must tell: two files of one build-id have the same code.
        return ElfImage.TryParse(file.Memory, out var image, out _) && !image!.BuildId.IsEmpty && HasBuildId(image, entry);
    }

    // The note lies in the mapping of the file's start, which is below the code, or in the code's own.
    private bool HasBuildId(ElfImage image, in MemoryMapEntry entry)
    {
        if (!image.AddressMap.TryGetLoadBias(entry.Start, entry.FileOffset, executable: true, out var bias) || image.BuildIdAddress is not { } address)
            return false;
        Span<byte> mapped = stackalloc byte[image.BuildId.Length];
        return memory.Read(address + bias, mapped) == mapped.Length && mapped.SequenceEqual(image.BuildId.Span);
    }
}
