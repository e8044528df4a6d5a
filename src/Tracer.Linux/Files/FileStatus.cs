using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>The kernel's <c>struct stat</c> of x86-64 (arch/x86/include/uapi/asm/stat.h), 144 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FileStatus
{
    private ulong _device;
    private ulong _inode;
    private ulong _links;
    private uint _mode;
    private uint _uid;
    private uint _gid;
    private uint _pad;
    private ulong _rdev;
    private long _size;
    private long _blockSize;
    private long _blocks;
    private ulong _accessSeconds;
    private ulong _accessNanoseconds;
    private ulong _modifySeconds;
    private ulong _modifyNanoseconds;
    private ulong _changeSeconds;
    private ulong _changeNanoseconds;
    private long _reserved0;
    private long _reserved1;
    private long _reserved2;

    /// <summary>The device number, as the kernel encodes it for stat(2); with <see cref="Inode"/> it identifies the file.</summary>
    public readonly ulong Device => _device;

    /// <summary>The inode number.</summary>
    public readonly ulong Inode => _inode;

    /// <summary>The size in bytes; zero for most of /proc.</summary>
    public readonly long Size => _size;

    /// <summary>Type and permission bits (S_IFMT and below).</summary>
    public readonly uint Mode => _mode;

    /// <summary>True for a regular file (S_IFREG).</summary>
    public readonly bool IsRegular => (_mode & 0xF000) == 0x8000;

    /// <summary>True for a directory (S_IFDIR).</summary>
    public readonly bool IsDirectory => (_mode & 0xF000) == 0x4000;

    /// <summary>The owner's user id.</summary>
    public readonly uint UserId => _uid;

    /// <summary>The last change of the contents, in nanoseconds since 1970.</summary>
    public readonly ulong ModifiedNanoseconds => (_modifySeconds * 1_000_000_000) + _modifyNanoseconds;

    /// <summary>The major part of the device number (include/linux/kdev_t.h, new_encode_dev), as /proc/PID/maps prints it.</summary>
    public readonly uint DeviceMajor => (uint)((_device >> 8) & 0xFFF);

    /// <summary>The minor part of the device number, as /proc/PID/maps prints it.</summary>
    public readonly uint DeviceMinor => (uint)((_device & 0xFF) | ((_device >> 12) & 0xFFF00));
}
