using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Tracer.Linux;

/// <summary>
/// /proc, read through the gate. <paramref name="root"/> is where it is mounted: a test gives a folder of its own, a container's tracer another
/// namespace's. A process that is gone is ESRCH, however the kernel said so.
/// </summary>
/// <param name="gate">The kernel.</param>
/// <param name="root">The mount point.</param>
public sealed class ProcFs(ISystemCallGate gate, string root = "/proc")
{
    /// <summary>The mount point.</summary>
    public string Root { get; } = root;

    /// <summary>The path of a file about a process: "/proc/12/maps".</summary>
    public string PathOf(int pid, string name) => string.Create(CultureInfo.InvariantCulture, $"{Root}/{pid}/{name}");

    /// <summary>Reads status.</summary>
    public KernelResult<ProcessStatus> Status(int pid) => StatusAt(pid, "status");

    /// <summary>Reads the status of one thread.</summary>
    public KernelResult<ProcessStatus> ThreadStatus(int pid, int tid) =>
        StatusAt(pid, string.Create(CultureInfo.InvariantCulture, $"task/{tid}/status"));

    /// <summary>Reads the mappings, with paths as the process has them. Empty for a zombie and for kernel threads.</summary>
    public KernelResult<MemoryMap> Maps(int pid)
    {
        if (!ReadFile(pid, "maps").TryGet(out var text, out var error)) return error;
        var map = MemoryMap.Parse(text);
        return gate.ReadLink(PathOf(pid, "root")).TryGet(out var root) ? map.SeenFrom(root) : map;
    }

    /// <summary>The ids of the threads that live now, in no promised order; list again after seizing them, for they may have made others.</summary>
    public KernelResult<List<int>> Tasks(int pid)
    {
        // A process between its last thread's exit and its reaping lists none.
        return gate.ListDirectory(PathOf(pid, "task")).TryGet(out var names, out var error) ? Numbers(names) : Gone(error);
    }

    /// <summary>The ids of the processes that there are, the kernel's own included; none when /proc cannot be read.</summary>
    public IReadOnlyList<int> Processes() => gate.ListDirectory(Root).TryGet(out var names) ? Numbers(names) : [];

    private static List<int> Numbers(List<string> names)
    {
        var numbers = new List<int>(names.Count);
        foreach (var name in names)
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>The name of a process's first thread (comm), at most 15 bytes.</summary>
    public KernelResult<string> Comm(int pid) => ReadFile(pid, "comm").TryGet(out var text, out var error) ? Line(text) : error;

    /// <summary>The name of one thread.</summary>
    public KernelResult<string> ThreadComm(int pid, int tid) =>
        ReadFile(pid, string.Create(CultureInfo.InvariantCulture, $"task/{tid}/comm")).TryGet(out var text, out var error) ? Line(text) : error;

    /// <summary>What program it runs, by the path its mount namespace has; ends in " (deleted)" when that is gone. ENOENT for kernel threads.</summary>
    public KernelResult<string> Executable(int pid)
    {
        var link = gate.ReadLink(PathOf(pid, "exe"));
        return link.Error == Errno.ENOENT && !Exists(pid) ? new KernelError(Errno.ESRCH, link.Doing) : link;
    }

    /// <summary>Its arguments; empty for kernel threads and zombies.</summary>
    public KernelResult<List<string>> CommandLine(int pid)
    {
        if (!ReadFile(pid, "cmdline").TryGet(out var text, out var error)) return error;
        var arguments = new List<string>();
        var rest = text.AsSpan();
        if (rest.EndsWith((byte)0)) rest = rest[..^1];
        else if (rest.IsEmpty) return arguments;
        foreach (var range in rest.Split((byte)0)) arguments.Add(Encoding.UTF8.GetString(rest[range]));
        return arguments;
    }

    /// <summary>When it started, in clock ticks since boot: with the pid it names a process for good, since pids are used again.</summary>
    public KernelResult<ulong> StartTime(int pid)
    {
        if (!ReadFile(pid, "stat").TryGet(out var text, out var error)) return error;
        return TryParseStartTime(text, out var ticks) ? ticks : new KernelError(Errno.ENODATA, $"reading {PathOf(pid, "stat")}");
    }

    /// <summary>Whether there is a process or thread of this id.</summary>
    public bool Exists(int pid) => gate.Access(PathOf(pid, "stat"), 0).IsSuccess;

    /// <summary>
    /// The paths by which the file of a mapping may be opened from here, best first: map_files (the very file, deleted or not, whatever the mount
    /// namespace; needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE), then the path below the process's root, then the path as it stands.
    /// A file opened by name may be another one by now: compare device and inode with the mapping's.
    /// </summary>
    public IReadOnlyList<string> PathsOfMapped(int pid, in MemoryMapEntry entry)
    {
        if (!entry.IsFile) return [];
        var exact = PathOf(pid, $"map_files/{entry.MapFileName}");
        return entry.IsDeleted || !entry.Path.StartsWith('/') ? [exact] : [exact, PathOf(pid, "root") + entry.Path, entry.Path];
    }

    /// <summary>Maps the file behind a mapping by the first of <see cref="PathsOfMapped"/> that opens; the last failure when none does.</summary>
    public KernelResult<MappedFile> OpenMapped(int pid, in MemoryMapEntry entry)
    {
        var failure = new KernelError(Errno.ENOENT, $"opening the file of {entry.MapFileName} of process {pid}");
        foreach (var path in PathsOfMapped(pid, entry))
        {
            if (MappedFile.Open(gate, path).TryGet(out var file, out failure)) return file;
        }

        return failure;
    }

    /// <summary>Finds field 22, starttime, in the text of a stat file. The name before it may hold anything, parentheses and newlines included.</summary>
    public static bool TryParseStartTime(ReadOnlySpan<byte> text, out ulong ticks)
    {
        ticks = 0;
        var close = text.LastIndexOf((byte)')');
        if (close < 0) return false;
        var rest = text[(close + 1)..].TrimStart((byte)' ');
        for (var field = 3; field < 22; field++)
        {
            var space = rest.IndexOf((byte)' ');
            if (space < 0) return false;
            rest = rest[(space + 1)..];
        }

        return Utf8Parser.TryParse(rest, out ticks, out _);
    }

    private KernelResult<ProcessStatus> StatusAt(int pid, string name) =>
        ReadFile(pid, name).TryGet(out var text, out var error) ? ProcessStatus.Parse(text) : error;

    private KernelResult<byte[]> ReadFile(int pid, string name)
    {
        var file = gate.ReadFile(PathOf(pid, name));
        return file.TryGet(out _, out var error) ? file : Gone(error);
    }

    private static KernelError Gone(KernelError error) => error.Error == Errno.ENOENT ? error with { Error = Errno.ESRCH } : error;

    private static string Line(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text.EndsWith((byte)'\n') ? text[..^1] : text);
}
