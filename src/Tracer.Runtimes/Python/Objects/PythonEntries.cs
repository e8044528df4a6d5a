using System.Buffers.Binary;

namespace Tracer.Runtimes.Python.Objects;

/// <summary>Reads what dicts and sets hold, in the order in which the interpreter gives it. Hashes are never needed.</summary>
/// <param name="memory">The memory.</param>
/// <param name="layout">The layout.</param>
public sealed class PythonEntries(PythonMemory memory, PythonObjectLayout layout)
{
    // Deleted entries stay in the table; more of them than this are not looked through.
    private const long MaximumScanned = 1 << 20;

    private const ulong GeneralEntry = 24;
    private const ulong TextEntry = 16;
    private const int LongestName = 128;

    /// <summary>The value of a text key among the first entries of a dict; null when it is not there or cannot be read.</summary>
    public ulong? Find(ulong dict, string name)
    {
        const int MaximumSearched = 4096;
        if (dict == 0)
            return null;
        var text = new PythonTextReader(memory, layout);
        // What a class body sets first, its module, is found without reading all.
        foreach (var (key, value) in Dict(dict, 1, out _).Concat(Later()))
        {
            // A key that is no text has its type's address or a number where the state is; the comparison fails as it should.
            if (memory.Int64(key + PythonObjectLayout.TextLength) == name.Length && text.Read(key, LongestName).Text == name)
                return value;
        }

        return null;

        IEnumerable<(ulong, ulong)> Later()
        {
            foreach (var entry in Dict(dict, MaximumSearched, out _).Skip(1))
                yield return entry;
        }
    }

    /// <summary>The first entries of a dict.</summary>
    /// <param name="dict">The dict.</param>
    /// <param name="most">Entries at most.</param>
    /// <param name="total">How many it says that it has.</param>
    public List<(ulong Key, ulong Value)> Dict(ulong dict, int most, out long total)
    {
        if (layout.Major == 2)
        {
            total = memory.Int64(dict + PythonObjectLayout.Dict27Used);
            return Table27(dict, most);
        }

        total = memory.Int64(dict + PythonObjectLayout.DictUsed);
        var keys = memory.Pointer(dict + PythonObjectLayout.DictKeys);
        var values = memory.Pointer(dict + PythonObjectLayout.DictValues);
        return values == 0 ? Combined(keys, most) : Split(keys, values, most);
    }

    /// <summary>The first entries of a split table: the attributes of an instance whose keys its type keeps.</summary>
    /// <param name="keys">The PyDictKeysObject.</param>
    /// <param name="values">The values.</param>
    /// <param name="most">Entries at most.</param>
    public List<(ulong Key, ulong Value)> Split(ulong keys, ulong values, int most)
    {
        var entries = new List<(ulong, ulong)>();
        var (first, size, count) = Keys(keys);
        if (!layout.IsAtLeast(3, 11))
        {
            for (var k = 0UL; k < (ulong)count && entries.Count < most && !memory.HasFault; k++)
            {
                if (memory.Pointer(values + 8 * k) is not 0 and var value)
                    entries.Add((memory.Pointer(first + k * size + KeyOffset(size)), value));
            }

            return entries;
        }

        // 3.11 and 3.12: order bytes before the values, backwards; 3.13: a header of eight bytes, the values, order bytes.
        var (data, order, step, length) = layout.IsAtLeast(3, 13)
            ? (values + 8, values + 8 + 8 * (ulong)memory.Byte(values), 1L, memory.Byte(values + 1))
            : (values, values - 3, -1L, memory.Byte(values - 2));
        for (var k = 0; k < length && entries.Count < most && !memory.HasFault; k++)
        {
            ulong index = memory.Byte(unchecked(order + (ulong)(step * k)));
            if (index < (ulong)count && memory.Pointer(data + 8 * index) is not 0 and var value)
                entries.Add((memory.Pointer(first + index * size + KeyOffset(size)), value));
        }

        return entries;
    }

    /// <summary>The first items of a set or frozenset.</summary>
    public List<ulong> Set(ulong set, int most, out long total)
    {
        total = memory.Int64(set + PythonObjectLayout.SetUsed);
        var mask = memory.Int64(set + PythonObjectLayout.TableMask);
        var table = memory.Pointer(set + PythonObjectLayout.Table);
        var items = new List<ulong>();
        // setentry { key, hash }, in 2.7 { hash, key }. What was deleted has the hash -1, which no key has; in 2.7 it has a key of its own.
        var (keyAt, hashAt) = layout.Major == 2 ? (8UL, 0UL) : (0UL, 8UL);
        for (var k = 0UL; k <= (ulong)Math.Min(mask, MaximumScanned) && items.Count < Math.Min(most, total) && !memory.HasFault; k++)
        {
            var key = memory.Pointer(table + 16 * k + keyAt);
            if (key != 0 && (layout.Major == 2 ? !IsDummy27(key) : memory.Int64(table + 16 * k + hashAt) != -1))
                items.Add(key);
        }

        return items;
    }

    private static ulong KeyOffset(ulong entrySize) => entrySize == GeneralEntry ? 8UL : 0UL;

    // Where the entries are, how long each is, how many there are.
    private (ulong First, ulong Size, long Count) Keys(ulong keys)
    {
        var count = Math.Clamp(memory.Int64(keys + (ulong)layout.KeysEntries), 0, MaximumScanned);
        if (layout.IsAtLeast(3, 11))
        {
            // dk_log2_index_bytes; dk_kind: 0 is general, others have text keys only and keep no hash.
            var shift = memory.Byte(keys + 9) & 63;
            return (keys + (ulong)layout.KeysSize + (1UL << shift), memory.Byte(keys + 10) == 0 ? GeneralEntry : TextEntry, count);
        }

        // Objects/dictobject.c, DK_IXSIZE: indices as narrow as the size allows.
        var size = memory.Pointer(keys + 8);
        var width = size switch { <= 0xff => 1UL, <= 0xffff => 2UL, <= 0xffffffff => 4UL, _ => 8UL };
        return (keys + (ulong)layout.KeysSize + size * width, GeneralEntry, count);
    }

    private List<(ulong Key, ulong Value)> Combined(ulong keys, int most)
    {
        var entries = new List<(ulong, ulong)>();
        var (first, size, count) = Keys(keys);
        Span<byte> entry = stackalloc byte[(int)GeneralEntry];
        entry = entry[..(int)size];
        for (var k = 0UL; k < (ulong)count && entries.Count < most && memory.Bytes(first + k * size, entry); k++)
        {
            var value = BinaryPrimitives.ReadUInt64LittleEndian(entry[(int)(size - 8)..]);
            if (value != 0)
                entries.Add((BinaryPrimitives.ReadUInt64LittleEndian(entry[(int)KeyOffset(size)..]), value));
        }

        return entries;
    }

    private List<(ulong Key, ulong Value)> Table27(ulong dict, int most)
    {
        var entries = new List<(ulong, ulong)>();
        var mask = memory.Int64(dict + PythonObjectLayout.TableMask);
        var table = memory.Pointer(dict + PythonObjectLayout.Table);
        for (var k = 0UL; k <= (ulong)Math.Clamp(mask, 0, MaximumScanned) && entries.Count < most && !memory.HasFault; k++)
        {
            if (memory.Pointer(table + GeneralEntry * k + 16) is not 0 and var value)
                entries.Add((memory.Pointer(table + GeneralEntry * k + 8), value));
        }

        return entries;
    }

    // Objects/setobject.c of 2.7: the dummy is a str "<dummy key>".
    private bool IsDummy27(ulong key) =>
        memory.Int64(key + PythonObjectLayout.Size) == "<dummy key>".Length && memory.Terminated(key + (ulong)layout.BytesData, "<dummy key>".Length).SequenceEqual("<dummy key>"u8);
}
