using System.Buffers;
using System.Collections.Concurrent;

namespace Tracer.Linux;

/// <summary>
/// A whole regular file, mapped read-only and lent out as <see cref="Memory"/>. Pages are read when touched, so that a reader of
/// headers and notes pays for those alone. Where a file is truncated by somebody while it is mapped, its lost pages read as zeros and <see cref="IsCutShort"/>
/// says so: what was made of it is to be thrown away. <see cref="ReadAll"/>, a copy, is for files that may be being written.
/// </summary>
public sealed class MappedFile : IDisposable
{
    // So many are remembered.
    private const int MostCutShort = 64;
    private static readonly ConcurrentDictionary<string, bool> KnownCutShort = new(StringComparer.Ordinal);

    private readonly RegionMemoryManager _manager;

    private readonly OwnedDescriptor? _kept;
    private readonly LostPages.Watch? _watch;

    private MappedFile(string path, FileStatus status, MappedRegion region, OwnedDescriptor? kept)
    {
        _watch = LostPages.Add(region.Address, region.Length);
        Path = path;
        Status = status;
        _manager = new RegionMemoryManager(region);
        _kept = kept;
    }

    /// <summary>The paths of disposed files of this process that were cut short while they were mapped, some of them when they are many.</summary>
    public static IReadOnlyCollection<string> CutShort => (IReadOnlyCollection<string>)KnownCutShort.Keys;

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>
    /// A path by which this process, and the kernel on its behalf, opens this very file whatever has become of its name: that of its descriptor when that was
    /// kept, else <see cref="Path"/>. Not after Dispose.
    /// </summary>
    public string ExactPath => _kept is null ? Path : $"/proc/self/fd/{_kept.Number}";

    /// <summary>Its status when opened: device, inode, size.</summary>
    public FileStatus Status { get; }

    /// <summary>Whether pages of it were gone when they were read, because somebody has truncated it. Not after Dispose.</summary>
    public bool IsCutShort => _watch is { Lost: > 0 };

    /// <summary>The file's bytes. After Dispose, taking the span throws <see cref="ObjectDisposedException"/>; a span already taken must not be used.</summary>
    public ReadOnlyMemory<byte> Memory => _manager.Memory;

    /// <summary>
    /// Maps the file. Refused with a clear error: not a regular file (EISDIR, or ENODEV for pipes and devices), empty, as files of /proc
    /// are (ENODATA), larger than <paramref name="limit"/> bytes (EFBIG). With <paramref name="keep"/> the descriptor stays open, for <see cref="ExactPath"/>.
    /// </summary>
    public static KernelResult<MappedFile> Open(ISystemCallGate gate, string path, int limit = int.MaxValue, bool keep = false)
    {
        ArgumentNullException.ThrowIfNull(gate);
        if (!OpenRegular(gate, path, limit, out var status).TryGet(out var file, out var error)) return error;
        if (MappedRegion.Map(gate, file, (nuint)status.Size, MappingProtection.Read, shared: false).TryGet(out var region, out error))
        {
            if (!keep) file.Dispose();
            return new MappedFile(path, status, region, keep ? file : null);
        }

        file.Dispose();
        return error;
    }

    /// <summary>Reads the file into an array instead, under the same conditions; a file that shrinks meanwhile gives the bytes that are left.</summary>
    public static KernelResult<byte[]> ReadAll(ISystemCallGate gate, string path, int limit = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(gate);
        if (!OpenRegular(gate, path, Math.Min(limit, Array.MaxLength), out var status).TryGet(out var file, out var error)) return error;
        using (file)
        {
            var bytes = new byte[status.Size];
            var length = 0;
            while (length < bytes.Length)
            {
                var result = gate.ReadAt(file, bytes.AsSpan(length), length);
                if (result.IsError) return new KernelError(result.Error, $"reading {path}");
                if (result.Raw == 0) return bytes[..length];
                length += result.Count;
            }

            return bytes;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsCutShort && KnownCutShort.Count < MostCutShort) KnownCutShort[Path] = true;
        _watch?.Dispose();
        ((IDisposable)_manager).Dispose();
        _kept?.Dispose();
    }

    private static KernelResult<OwnedDescriptor> OpenRegular(ISystemCallGate gate, string path, int limit, out FileStatus status)
    {
        status = default;
        // Non-blocking, so that a FIFO in a file's place cannot hang us.
        if (!gate.Open(path, OpenMode.NonBlocking).TryGet(out var file, out var error)) return error;
        var stated = gate.Status(file);
        if (stated.TryGet(out status, out error))
        {
            if (status.IsDirectory) error = new(Errno.EISDIR, $"mapping {path}");
            else if (!status.IsRegular) error = new(Errno.ENODEV, $"mapping {path}, which is not a regular file");
            else if (status.Size <= 0) error = new(Errno.ENODATA, $"mapping {path}, which is empty");
            else if (status.Size > limit) error = new(Errno.EFBIG, $"mapping {path} of {status.Size} bytes");
            else return file;
        }

        file.Dispose();
        return error;
    }

    private sealed unsafe class RegionMemoryManager(MappedRegion region) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => region.Bytes(0, (int)region.Length);

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(region.Address == 0, region);
            ArgumentOutOfRangeException.ThrowIfGreaterThan((nuint)elementIndex, region.Length, nameof(elementIndex));
            return new MemoryHandle((byte*)region.Address + elementIndex, default, this);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing) => region.Dispose();
    }
}
