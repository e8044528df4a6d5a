namespace Tracer.Runtimes.Python.Objects;

/// <summary>Reads the attributes that an instance has of its own, wherever its version keeps them.</summary>
/// <param name="memory">The memory.</param>
/// <param name="layout">The layout.</param>
/// <param name="types">Types.</param>
public sealed class PythonAttributes(PythonMemory memory, PythonObjectLayout layout, PythonTypes types)
{
    private readonly PythonEntries _entries = new(memory, layout);

    /// <summary>The value of an attribute; null when it is not there or cannot be read.</summary>
    public ulong? Find(ulong instance, string name)
    {
        var text = new PythonTextReader(memory, layout);
        foreach (var (key, value) in Read(instance, int.MaxValue, out _))
        {
            if (memory.Int64(key + PythonObjectLayout.TextLength) == name.Length && text.Read(key, name.Length).Text == name)
                return value;
        }

        return null;
    }

    /// <summary>The first attributes of an instance, in the order in which they were set.</summary>
    /// <param name="instance">The object.</param>
    /// <param name="most">Attributes at most.</param>
    /// <param name="total">How many there are.</param>
    public List<(ulong Key, ulong Value)> Read(ulong instance, int most, out long total)
    {
        total = 0;
        if (types.Read(memory.Pointer(instance + PythonObjectLayout.Type)) is not { } type)
            return [];
        if (type.Kind == PythonKind.OldInstance)
            return Dict(memory.Pointer(instance + PythonObjectLayout.ClassDict), most, out total);
        if (type.HasManagedDict && layout.IsAtLeast(3, 11))
            return Managed(instance, type, most, out total);
        return type.DictOffset switch
        {
            > 0 => Dict(memory.Pointer(instance + (ulong)type.DictOffset), most, out total),
            < 0 => Dict(memory.Pointer(FromEnd(instance, type)), most, out total),
            _ => [],
        };
    }

    private List<(ulong Key, ulong Value)> Dict(ulong dict, int most, out long total)
    {
        total = 0;
        return dict == 0 ? [] : _entries.Dict(dict, most, out total);
    }

    // Objects/object.c, _PyObject_GetDictPtr: from the end of an object of variable size, whose size of an int is its digits.
    private ulong FromEnd(ulong instance, PythonType type)
    {
        var items = memory.Int64(instance + PythonObjectLayout.Size);
        if (type.Kind is PythonKind.Integer or PythonKind.Boolean && layout.IsAtLeast(3, 12))
            items >>= 3;
        var size = (ulong)type.BasicSize + (ulong)Math.Abs(Math.Max(items, -long.MaxValue)) * (ulong)type.ItemSize;
        return unchecked(instance + ((size + 7) & ~7UL) + (ulong)type.DictOffset);
    }

    private List<(ulong Key, ulong Value)> Managed(ulong instance, PythonType type, int most, out long total)
    {
        var dict = memory.Pointer(instance - 24);
        var values = 0UL;
        if (layout.IsAtLeast(3, 13))
        {
            // PyDictValues { capacity, size, embedded, valid }.
            var inline = instance + (ulong)type.BasicSize;
            if (dict == 0 && type.HasInlineValues && memory.Byte(inline + 3) != 0)
                values = inline;
        }
        else if (layout.Minor == 12)
        {
            // Bit 0 says that it is not a dict but the values.
            (dict, values) = (dict & 1) != 0 ? (0UL, dict + 1) : (dict, 0UL);
        }
        else
        {
            values = memory.Pointer(instance - 32);
        }

        if (values == 0)
            return Dict(dict, most, out total);
        var entries = _entries.Split(type.CachedKeys, values, int.MaxValue);
        total = entries.Count;
        return entries.Count > most ? entries[..most] : entries;
    }
}
