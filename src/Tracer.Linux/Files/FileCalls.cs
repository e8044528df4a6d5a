using System.Buffers;
using System.Text;

namespace Tracer.Linux;

/// <summary>Files through the gate: open, read, write, stat, list, read links. Failures are results, not exceptions.</summary>
public static unsafe class FileCalls
{
    private const int AtCurrentDirectory = -100;
    private const int CloseOnExec = 0x80000;
    private const int MaximumPath = 4096;

    /// <summary>Opens <paramref name="path"/>; the descriptor is not inherited by programs started later.</summary>
    public static KernelResult<OwnedDescriptor> Open(this ISystemCallGate gate, string path, OpenMode mode = OpenMode.ReadOnly)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!TryTerminate(path, out var bytes)) return new KernelError(Errno.EINVAL, $"opening {path}");
        SystemCallResult result;
        fixed (byte* name = bytes)
            result = new(gate.Invoke(SystemCall.OpenAt, AtCurrentDirectory, (nint)name, (int)mode | CloseOnExec, 0x1B6));
        return result.IsError ? new KernelError(result.Error, $"opening {path}") : new OwnedDescriptor(gate, (int)result.Raw, path);
    }

    /// <summary>read(2), tried again after EINTR. Returns the bytes read; zero at the end.</summary>
    public static SystemCallResult Read(this ISystemCallGate gate, OwnedDescriptor file, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(file);
        fixed (byte* buffer = destination)
        {
            SystemCallResult result;
            do result = new(gate.Invoke(SystemCall.Read, file.Number, (nint)buffer, destination.Length));
            while (result.Error == Errno.EINTR);
            return result;
        }
    }

    /// <summary>pread64(2) at <paramref name="offset"/> bytes. Returns the bytes read, which may be fewer than asked for.</summary>
    public static SystemCallResult ReadAt(this ISystemCallGate gate, OwnedDescriptor file, Span<byte> destination, long offset)
    {
        ArgumentNullException.ThrowIfNull(file);
        fixed (byte* buffer = destination)
            return new(gate.Invoke(SystemCall.PRead64, file.Number, (nint)buffer, destination.Length, (nint)offset));
    }

    /// <summary>write(2), tried again after EINTR. Returns the bytes written, which may be fewer than asked for.</summary>
    public static SystemCallResult Write(this ISystemCallGate gate, OwnedDescriptor file, ReadOnlySpan<byte> source)
    {
        ArgumentNullException.ThrowIfNull(file);
        fixed (byte* buffer = source)
        {
            SystemCallResult result;
            do result = new(gate.Invoke(SystemCall.Write, file.Number, (nint)buffer, source.Length));
            while (result.Error == Errno.EINTR);
            return result;
        }
    }

    /// <summary>pwrite64(2) at <paramref name="offset"/> bytes. Returns the bytes written, which may be fewer than asked for.</summary>
    public static SystemCallResult WriteAt(this ISystemCallGate gate, OwnedDescriptor file, ReadOnlySpan<byte> source, long offset)
    {
        ArgumentNullException.ThrowIfNull(file);
        fixed (byte* buffer = source)
            return new(gate.Invoke(SystemCall.PWrite64, file.Number, (nint)buffer, source.Length, (nint)offset));
    }

    /// <summary>fstat(2).</summary>
    public static KernelResult<FileStatus> Status(this ISystemCallGate gate, OwnedDescriptor file)
    {
        ArgumentNullException.ThrowIfNull(file);
        FileStatus status = default;
        var result = new SystemCallResult(gate.Invoke(SystemCall.FStat, file.Number, (nint)(&status)));
        return result.IsError ? new KernelError(result.Error, $"reading the status of {file.Purpose}") : status;
    }

    /// <summary>fchown(2): makes an open file another user's and group's; EPERM without CAP_CHOWN.</summary>
    public static SystemCallResult ChangeOwner(this ISystemCallGate gate, int descriptor, uint user, uint group) =>
        new(gate.Invoke(SystemCall.FChOwn, descriptor, (nint)user, (nint)group));

    /// <summary>Reads a whole file whose size is not known beforehand, such as those of /proc; EFBIG beyond <paramref name="limit"/> bytes.</summary>
    public static KernelResult<byte[]> ReadFile(this ISystemCallGate gate, string path, int limit = 64 << 20)
    {
        if (!gate.Open(path).TryGet(out var file, out var error)) return error;
        using (file)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(limit, 64 << 10));
            try
            {
                var length = 0;
                while (true)
                {
                    var result = gate.Read(file, buffer.AsSpan(length));
                    if (result.IsError) return new KernelError(result.Error, $"reading {path}");
                    if (result.Raw == 0) return buffer.AsSpan(0, length).ToArray();
                    length += result.Count;
                    if (length > limit) return new KernelError(Errno.EFBIG, $"reading {path}");
                    if (length < buffer.Length) continue;
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>What a symbolic link says, undecoded /proc suffixes such as " (deleted)" included.</summary>
    public static KernelResult<string> ReadLink(this ISystemCallGate gate, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!TryTerminate(path, out var bytes)) return new KernelError(Errno.EINVAL, $"reading the link {path}");
        Span<byte> target = stackalloc byte[MaximumPath];
        SystemCallResult result;
        fixed (byte* name = bytes, buffer = target)
            result = new(gate.Invoke(SystemCall.ReadLinkAt, AtCurrentDirectory, (nint)name, (nint)buffer, MaximumPath));
        return result.IsError ? new KernelError(result.Error, $"reading the link {path}") : Encoding.UTF8.GetString(target[..result.Count]);
    }

    /// <summary>Whether this process may use <paramref name="path"/> so: 4 read, 2 write, 1 execute, 0 exists.</summary>
    public static SystemCallResult Access(this ISystemCallGate gate, string path, int mode)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!TryTerminate(path, out var bytes)) return SystemCallResult.Failed(Errno.EINVAL);
        fixed (byte* name = bytes)
            return new(gate.Invoke(SystemCall.FAccessAt, AtCurrentDirectory, (nint)name, mode));
    }

    /// <summary>The names in a directory, "." and ".." left out, in the kernel's order.</summary>
    public static KernelResult<List<string>> ListDirectory(this ISystemCallGate gate, string path)
    {
        if (!gate.Open(path, OpenMode.Directory).TryGet(out var directory, out var error)) return error;
        using (directory)
        {
            var names = new List<string>();
            Span<byte> buffer = stackalloc byte[8192];
            while (true)
            {
                SystemCallResult result;
                fixed (byte* entries = buffer)
                    result = new(gate.Invoke(SystemCall.GetDents64, directory.Number, (nint)entries, buffer.Length));
                if (result.IsError) return new KernelError(result.Error, $"listing {path}");
                if (result.Raw == 0) return names;
                AddNames(buffer[..result.Count], names);
            }
        }
    }

    // struct linux_dirent64: ino 8, off 8, reclen 2, type 1, name, NUL (include/linux/dirent.h).
    private static void AddNames(ReadOnlySpan<byte> entries, List<string> names)
    {
        while (entries.Length > 19)
        {
            var length = BitConverter.ToUInt16(entries[16..]);
            if (length <= 19 || length > entries.Length) return;
            var name = entries[19..length];
            var end = name.IndexOf((byte)0);
            if (end >= 0) name = name[..end];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)) names.Add(Encoding.UTF8.GetString(name));
            entries = entries[length..];
        }
    }

    private static bool TryTerminate(string path, out byte[] bytes)
    {
        bytes = [];
        // A NUL inside would silently open a shorter name.
        if (path.Contains('\0')) return false;
        bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        return true;
    }
}
