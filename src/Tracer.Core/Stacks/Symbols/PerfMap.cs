using System.Buffers.Text;
using System.Text;
using Tracer.Linux;

namespace Tracer.Core.Stacks.Symbols;

/// <summary>
/// The functions that a just-in-time compiler tells of in /tmp/perf-PID.map (tools/perf/Documentation/jit-interface.txt in Linux):
/// lines of start, size (both hexadecimal) and name. Read whole, from the target's root; it belongs to the target, which may write anything.
/// </summary>
internal sealed class PerfMap
{
    // Node and the JVM write some megabytes.
    private const int MaximumSize = 64 << 20;
    private const int MaximumEntries = 1 << 20;

    private readonly ulong[] _starts;
    private readonly (ulong Size, int NameAt, int NameLength)[] _entries;
    private readonly byte[] _text;

    private PerfMap(byte[] text)
    {
        _text = text;
        var starts = new List<ulong>();
        var entries = new List<(ulong, int, int)>();
        for (var at = 0; at < text.Length && starts.Count < MaximumEntries;)
        {
            var length = text.AsSpan(at).IndexOf((byte)'\n');
            var end = length < 0 ? text.Length : at + length;
            if (TryParse(text.AsSpan(at, end - at), out var start, out var size, out var nameAt))
            {
                starts.Add(start);
                entries.Add((size, at + nameAt, end - at - nameAt));
            }

            at = end + 1;
        }

        _starts = [.. starts];
        _entries = [.. entries];
        // Compilers use addresses again: of equal starts the last line counts.
        var order = Enumerable.Range(0, _starts.Length).ToArray();
        Array.Sort(_starts, order, Comparer<ulong>.Default);
        var sorted = order.Select(i => (i, _entries[i])).ToArray();
        for (var first = 0; first < sorted.Length;)
        {
            var last = first + 1;
            while (last < sorted.Length && _starts[last] == _starts[first])
                last++;
            Array.Sort(sorted, first, last - first, Comparer<(int, (ulong, int, int))>.Create((a, b) => a.Item1.CompareTo(b.Item1)));
            first = last;
        }

        _entries = [.. sorted.Select(s => s.Item2)];
    }

    /// <summary>Reads the map of a process; null when there is none, or it is no regular file, or too large.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="path">The path through the target's root.</param>
    public static PerfMap? Read(ISystemCallGate gate, string path) =>
        MappedFile.ReadAll(gate, path, MaximumSize).TryGet(out var text) ? new PerfMap(text) : null;

    /// <summary>Reads a map's text.</summary>
    internal static PerfMap Parse(byte[] text) => new(text);

    /// <summary>Finds the function at an address.</summary>
    /// <param name="address">The address in the target.</param>
    /// <param name="name">Its name, when the result is true.</param>
    /// <param name="offset">Bytes from its start.</param>
    public bool TryFind(ulong address, out string name, out ulong offset)
    {
        var index = Array.BinarySearch(_starts, address);
        if (index < 0)
            index = ~index - 1;
        while (index >= 0 && index + 1 < _starts.Length && _starts[index + 1] == _starts[index])
            index++;
        if (index >= 0 && address - _starts[index] < _entries[index].Size)
        {
            offset = address - _starts[index];
            name = Encoding.UTF8.GetString(_text, _entries[index].NameAt, _entries[index].NameLength);
            return true;
        }

        (name, offset) = ("", 0);
        return false;
    }

    private static bool TryParse(ReadOnlySpan<byte> line, out ulong start, out ulong size, out int nameAt)
    {
        size = 0;
        nameAt = 0;
        if (!TryParseNumber(line, 0, out start, out var at) || !TryParseNumber(line, at, out size, out nameAt))
            return false;
        return nameAt < line.Length && size > 0 && start <= ulong.MaxValue - size;
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> line, int at, out ulong value, out int next)
    {
        next = 0;
        if (line[at..].StartsWith("0x"u8))
            at += 2;
        if (!Utf8Parser.TryParse(line[at..], out value, out var used, 'x') || at + used >= line.Length || line[at + used] != (byte)' ')
            return false;
        next = at + used + 1;
        return true;
    }
}
