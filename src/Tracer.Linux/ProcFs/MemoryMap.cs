using System.Buffers.Text;
using System.Text;

namespace Tracer.Linux;

/// <summary>The mappings of a process, in order of address.</summary>
public sealed class MemoryMap
{
    private readonly List<MemoryMapEntry> _entries;

    private MemoryMap(List<MemoryMapEntry> entries, int unreadableLines)
    {
        _entries = entries;
        UnreadableLines = unreadableLines;
    }

    /// <summary>The mappings, in the kernel's order: ascending addresses (the vsyscall page last).</summary>
    public IReadOnlyList<MemoryMapEntry> Entries => _entries;

    /// <summary>Lines that were not mappings and were passed over; zero for what a kernel writes.</summary>
    public int UnreadableLines { get; }

    /// <summary>
    /// Reads the text of a maps file; never fails, whatever the bytes: what is not a mapping is counted. Only paths are allocated, and mappings
    /// of one file in a row share theirs.
    /// </summary>
    public static MemoryMap Parse(ReadOnlySpan<byte> text)
    {
        var entries = new List<MemoryMapEntry>(text.Count((byte)'\n') + 1);
        var unreadable = 0;
        var lastBytes = default(ReadOnlySpan<byte>);
        var lastPath = "";
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (line.IsEmpty) continue;
            if (!TryParseLine(line, out var entry, out var path))
            {
                unreadable++;
                continue;
            }

            var deleted = path.EndsWith(" (deleted)"u8);
            if (deleted) path = path[..^10];
            if (!path.SequenceEqual(lastBytes))
            {
                lastBytes = path;
                lastPath = Decode(path);
            }

            entries.Add(entry with { Path = lastPath, IsDeleted = deleted });
        }

        return new MemoryMap(entries, unreadable);
    }

    /// <summary>
    /// The same mappings with the paths that a process has for them whose root is <paramref name="root"/>: maps tells paths from the reader's root, so that those of a process in a
    /// chroot begin with the folder that is its root. What does not lie below it keeps its path.
    /// </summary>
    public MemoryMap SeenFrom(string root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var prefix = root.TrimEnd('/') + "/";
        if (prefix.Length == 1 || !_entries.Exists(e => e.Path.StartsWith(prefix, StringComparison.Ordinal))) return this;
        return new MemoryMap([.. _entries.Select(e => e.Path.StartsWith(prefix, StringComparison.Ordinal) ? e with { Path = e.Path[(prefix.Length - 1)..] } : e)], UnreadableLines);
    }

    /// <summary>The mapping that holds <paramref name="address"/>.</summary>
    public bool TryFind(ulong address, out MemoryMapEntry entry)
    {
        var low = 0;
        var high = _entries.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            entry = _entries[middle];
            if (entry.Contains(address)) return true;
            if (address < entry.Start) high = middle - 1;
            else low = middle + 1;
        }

        entry = default;
        return false;
    }

    // start-end perms offset major:minor inode path, the path padded to column 73 (fs/proc/task_mmu.c, show_map_vma).
    private static bool TryParseLine(ReadOnlySpan<byte> line, out MemoryMapEntry entry, out ReadOnlySpan<byte> path)
    {
        entry = default;
        path = default;
        if (!TakeHexadecimal(ref line, (byte)'-', out var start)
            || !TakeHexadecimal(ref line, (byte)' ', out var end)
            || end <= start
            || !TakeProtection(ref line, out var protection)
            || !TakeHexadecimal(ref line, (byte)' ', out var offset)
            || !TakeHexadecimal(ref line, (byte)':', out var major) || major > uint.MaxValue
            || !TakeHexadecimal(ref line, (byte)' ', out var minor) || minor > uint.MaxValue
            || !Utf8Parser.TryParse(line, out ulong inode, out var used))
            return false;
        line = line[used..];
        if (!line.IsEmpty && line[0] != (byte)' ') return false;
        // A path may itself begin with a space only if it is relative, which the kernel never prints.
        path = line.TrimStart((byte)' ');
        entry = new(start, end, protection, offset, (uint)major, (uint)minor, inode, "", false);
        return true;
    }

    private static bool TakeHexadecimal(ref ReadOnlySpan<byte> line, byte terminator, out ulong value)
    {
        if (!Utf8Parser.TryParse(line, out value, out var used, 'x') || used >= line.Length || line[used] != terminator) return false;
        line = line[(used + 1)..];
        return true;
    }

    private static bool TakeProtection(ref ReadOnlySpan<byte> line, out MemoryProtection protection)
    {
        protection = MemoryProtection.None;
        if (line.Length < 5 || line[4] != (byte)' ') return false;
        if (line[0] == (byte)'r') protection |= MemoryProtection.Read;
        if (line[1] == (byte)'w') protection |= MemoryProtection.Write;
        if (line[2] == (byte)'x') protection |= MemoryProtection.Execute;
        if (line[3] == (byte)'s') protection |= MemoryProtection.Shared;
        line = line[5..];
        return true;
    }

    // seq_file_path escapes newlines, and newlines only, as \012.
    private static string Decode(ReadOnlySpan<byte> path) =>
        path.IsEmpty ? "" : Encoding.UTF8.GetString(path).Replace("\\012", "\n", StringComparison.Ordinal);
}
