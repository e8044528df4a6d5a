using System.Text;

namespace Tracer.Runtimes.Python.Objects;

/// <summary>Reads types of the target, each once. Not thread-safe; for one picture of the memory, since classes come and go.</summary>
/// <param name="memory">The memory.</param>
/// <param name="layout">The layout.</param>
public sealed class PythonTypes(PythonMemory memory, PythonObjectLayout layout)
{
    private const int HeapTypeBit = 9;
    private const int LongestName = 256;
    private const int MaximumBases = 64;

    // Include/object.h, Py_TPFLAGS_*_SUBCLASS. Bit 23 is PyInt's, in 2.7 only.
    private const int SmallIntegerBit = 23;
    private static readonly PythonKind[] KindsOfBits =
    [
        PythonKind.Integer, PythonKind.List, PythonKind.Tuple, PythonKind.Bytes, PythonKind.Text, PythonKind.Dict, PythonKind.Exception, PythonKind.Type,
    ];

    private static readonly Dictionary<string, PythonKind> KindsOfNames = new()
    {
        ["bool"] = PythonKind.Boolean,
        ["float"] = PythonKind.Float,
        ["complex"] = PythonKind.Complex,
        ["NoneType"] = PythonKind.None,
        ["ellipsis"] = PythonKind.Ellipsis,
        ["NotImplementedType"] = PythonKind.NotImplemented,
        ["bytearray"] = PythonKind.ByteArray,
        ["set"] = PythonKind.Set,
        ["frozenset"] = PythonKind.FrozenSet,
        ["classobj"] = PythonKind.OldClass,
        ["instance"] = PythonKind.OldInstance,
        ["function"] = PythonKind.Function,
        ["builtin_function_or_method"] = PythonKind.Builtin,
        ["method"] = PythonKind.Method,
        ["instancemethod"] = PythonKind.Method,
        ["module"] = PythonKind.Module,
        ["code"] = PythonKind.Code,
        ["range"] = PythonKind.Range,
        ["xrange"] = PythonKind.XRange,
        ["slice"] = PythonKind.Slice,
        ["cell"] = PythonKind.Cell,
        ["generator"] = PythonKind.Generator,
        ["coroutine"] = PythonKind.Generator,
        ["async_generator"] = PythonKind.Generator,
        ["object"] = PythonKind.Object,
    };

    private static readonly HashSet<string> NamesOfBits =
        ["int", "long", "list", "tuple", "bytes", "str", "unicode", "dict", "type"];

    private readonly Dictionary<ulong, PythonType> _known = [];

    /// <summary>The type at an address; null, with a fault in the memory, when it cannot be read.</summary>
    public PythonType? Read(ulong address)
    {
        if (_known.TryGetValue(address, out var known))
            return known;
        var flags = memory.Pointer(address + PythonObjectLayout.TypeFlags);
        var isHeap = (flags >> HeapTypeBit & 1) != 0;
        var (kind, repr, exact) = Nearest(address);
        var (module, name) = isHeap ? HeapName(address) : StaticName(address);
        var type = new PythonType
        {
            Address = address,
            Module = module,
            Name = name,
            Kind = kind,
            HasOwnRepr = memory.Pointer(address + PythonObjectLayout.TypeRepr) != repr,
            IsExact = exact == address,
            IsHeapType = isHeap,
            Flags = flags,
            BasicSize = memory.Int64(address + PythonObjectLayout.TypeBasicSize),
            ItemSize = memory.Int64(address + PythonObjectLayout.TypeItemSize),
            DictOffset = memory.Int64(address + PythonObjectLayout.TypeDictOffset),
            CachedKeys = isHeap && layout.HeapTypeCachedKeys != 0 ? memory.Pointer(address + (ulong)layout.HeapTypeCachedKeys) : 0,
        };
        if (memory.HasFault)
            return null;
        return _known[address] = type;
    }

    // The nearest base whose contents are known: its kind, what prints it, its address.
    private (PythonKind Kind, ulong Repr, ulong Base) Nearest(ulong address)
    {
        var at = address;
        for (var k = 0; k < MaximumBases && at != 0 && !memory.HasFault; k++, at = memory.Pointer(at + PythonObjectLayout.TypeBase))
        {
            var flags = memory.Pointer(at + PythonObjectLayout.TypeFlags);
            // Classes of programs may be named as the language's own.
            if ((flags >> HeapTypeBit & 1) != 0)
                continue;
            var name = Encoding.UTF8.GetString(memory.Terminated(memory.Pointer(at + PythonObjectLayout.TypeName), LongestName));
            if (KindOf(name, flags) is { } kind)
                return (kind, memory.Pointer(at + PythonObjectLayout.TypeRepr), at);
        }

        return (PythonKind.Object, 0, 0);
    }

    private PythonKind? KindOf(string name, ulong flags)
    {
        if (KindsOfNames.TryGetValue(name, out var kind))
            return kind;
        if (layout.Major == 2 && (flags >> SmallIntegerBit & 1) != 0 && name == "int")
            return PythonKind.SmallInteger;
        for (var bit = 0; bit < KindsOfBits.Length; bit++)
        {
            if ((flags >> (SmallIntegerBit + 1 + bit) & 1) != 0 && (KindsOfBits[bit] == PythonKind.Exception || NamesOfBits.Contains(name)))
                return KindsOfBits[bit];
        }

        return null;
    }

    // tp_name of a type of C is "module.name", or the name alone for the language's own.
    private (string? Module, string Name) StaticName(ulong address)
    {
        var name = Encoding.UTF8.GetString(memory.Terminated(memory.Pointer(address + PythonObjectLayout.TypeName), LongestName));
        var dot = name.LastIndexOf('.');
        return dot < 0 ? (layout.Major == 2 ? "__builtin__" : "builtins", name) : (name[..dot], name[(dot + 1)..]);
    }

    private (string? Module, string Name) HeapName(ulong address)
    {
        var text = new PythonTextReader(memory, layout);
        var name = memory.Pointer(address + (ulong)(layout.HeapTypeQualifiedName != 0 ? layout.HeapTypeQualifiedName : layout.HeapTypeName));
        var entries = new PythonEntries(memory, layout);
        var module = entries.Find(memory.Pointer(address + PythonObjectLayout.TypeDict), "__module__");
        return (module is { } found ? text.Read(found, LongestName).Text : null, text.Read(name, LongestName).Text);
    }
}
