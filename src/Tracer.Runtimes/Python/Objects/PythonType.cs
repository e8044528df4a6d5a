namespace Tracer.Runtimes.Python.Objects;

/// <summary>A type of the target, as much of it as reading its instances needs.</summary>
public sealed record PythonType
{
    // Include/object.h: Py_TPFLAGS_INLINE_VALUES, Py_TPFLAGS_MANAGED_DICT.
    private const int InlineValuesBit = 2;
    private const int ManagedDictBit = 4;

    /// <summary>Its address.</summary>
    public required ulong Address { get; init; }

    /// <summary>The module it is defined in; <c>builtins</c>, in 2.7 <c>__builtin__</c>, for the language's own. Null when it has none.</summary>
    public string? Module { get; init; }

    /// <summary>Its qualified name; its name in 2.7.</summary>
    public required string Name { get; init; }

    /// <summary>As what its instances are read.</summary>
    public required PythonKind Kind { get; init; }

    /// <summary>Whether instances are printed by something else than the nearest known base prints them by, which is not run here.</summary>
    public bool HasOwnRepr { get; init; }

    /// <summary>Whether it is one of the language's own types and not derived from one.</summary>
    public bool IsExact { get; init; }

    /// <summary>Whether a class statement or PyType_FromSpec made it.</summary>
    public bool IsHeapType { get; init; }

    /// <summary>tp_flags.</summary>
    public ulong Flags { get; init; }

    /// <summary>tp_basicsize.</summary>
    public long BasicSize { get; init; }

    /// <summary>tp_itemsize.</summary>
    public long ItemSize { get; init; }

    /// <summary>tp_dictoffset.</summary>
    public long DictOffset { get; init; }

    /// <summary>ht_cached_keys; 0 when there are none.</summary>
    public ulong CachedKeys { get; init; }

    /// <summary>Whether the interpreter keeps the attributes before the object, 3.11 and later.</summary>
    public bool HasManagedDict => (Flags >> ManagedDictBit & 1) != 0;

    /// <summary>Whether attribute values may lie behind the object, 3.13 and later.</summary>
    public bool HasInlineValues => (Flags >> InlineValuesBit & 1) != 0;

    /// <summary>Whether its module's name is left out when it is named.</summary>
    public bool IsBuiltin => Module is null or "builtins" or "__builtin__";

    /// <summary>Module and name: <c>__main__.Point</c>, <c>int</c>.</summary>
    public string FullName => IsBuiltin ? Name : $"{Module}.{Name}";
}
