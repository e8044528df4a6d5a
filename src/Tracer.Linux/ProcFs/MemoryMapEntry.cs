namespace Tracer.Linux;

/// <summary>One mapping of a process: one line of /proc/PID/maps.</summary>
/// <param name="Start">The first address.</param>
/// <param name="End">The address after the last.</param>
/// <param name="Protection">What the process may do with it.</param>
/// <param name="FileOffset">Where in the file the mapping starts, in bytes.</param>
/// <param name="DeviceMajor">The file's device, major number. On overlay and btrfs files it may differ from what stat(2) says.</param>
/// <param name="DeviceMinor">The file's device, minor number.</param>
/// <param name="Inode">The file's inode number; zero for memory without a file.</param>
/// <param name="Path">
/// The path as the process's mount namespace had it, without the mark of deletion; "[heap]" and its like for special memory; empty for anonymous
/// memory. Bytes that are not UTF-8 are replaced: open such a file by <see cref="MapFileName"/>.
/// </param>
/// <param name="IsDeleted">True when the file's name is gone (deleted, or replaced by an upgrade).</param>
public readonly record struct MemoryMapEntry(
    ulong Start,
    ulong End,
    MemoryProtection Protection,
    ulong FileOffset,
    uint DeviceMajor,
    uint DeviceMinor,
    ulong Inode,
    string Path,
    bool IsDeleted)
{
    /// <summary>The length in bytes.</summary>
    public ulong Length => End - Start;

    /// <summary>True when it maps a file.</summary>
    public bool IsFile => Inode != 0;

    /// <summary>True when code may run in it.</summary>
    public bool IsExecutable => (Protection & MemoryProtection.Execute) != 0;

    /// <summary>True when the process may write to it.</summary>
    public bool IsWritable => (Protection & MemoryProtection.Write) != 0;

    /// <summary>The name of its link in /proc/PID/map_files: "55d0c8a00000-55d0c8a02000".</summary>
    public string MapFileName => $"{Start:x}-{End:x}";

    /// <summary>Whether the address lies in it.</summary>
    public bool Contains(ulong address) => address >= Start && address < End;
}
