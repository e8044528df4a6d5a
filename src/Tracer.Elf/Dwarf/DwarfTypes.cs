using System.Text;

namespace Tracer.Elf.Dwarf;

/// <summary>Finds types by name. A search goes through the units in order and stops when everything asked for is found.</summary>
public sealed class DwarfTypes
{
    private readonly DwarfReader _reader;
    private readonly Dictionary<DwarfEntryRef, DwarfType> _types = [];
    private readonly Dictionary<string, DwarfType> _structs = [];

    internal DwarfTypes(DwarfReader reader) => _reader = reader;

    /// <summary>
    /// Finds the definition of a structure, union or class by its tag or by the name of a typedef for it. <c>struct name</c> and <c>union name</c>
    /// mean the tag only. Types declared within a function are not looked at.
    /// </summary>
    /// <param name="name">The name, in C++ without its namespace.</param>
    /// <param name="layout">The layout.</param>
    /// <returns>Whether it is defined in this file.</returns>
    public bool TryFindStruct(string name, out StructLayout layout)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FindStructs([name]).TryGetValue(name, out layout!);
    }

    /// <summary>Finds several structures in one pass that ends when all are found; see <see cref="TryFindStruct"/>.</summary>
    /// <param name="names">The names.</param>
    /// <returns>The layouts found, by the names asked for.</returns>
    public IReadOnlyDictionary<string, StructLayout> FindStructs(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var layouts = new Dictionary<string, StructLayout>(names.Count);
        foreach (var (name, type) in Search(names, structsOnly: true))
            layouts[name] = new(type.Name ?? name, type);
        return layouts;
    }

    /// <summary>Finds a type of any kind by name: a base type, typedef, enumeration, structure.</summary>
    /// <param name="name">The name, optionally after <c>struct</c>, <c>union</c> or <c>enum</c>.</param>
    /// <param name="type">The type; for a typedef the typedef itself.</param>
    /// <returns>Whether it is defined in this file.</returns>
    public bool TryFindType(string name, out DwarfType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Search([name], structsOnly: false).TryGetValue(name, out type!);
    }

    /// <summary>The type that a reference leads to; void when there is none, unknown when it leads nowhere.</summary>
    internal DwarfType Resolve(DwarfUnit unit, DwarfAttributeValue reference)
    {
        if (!reference.Exists)
            return DwarfType.Void;
        for (int i = 0; i < DwarfType.MaxChain && DwarfValues.TryReference(unit, reference, out var at); i++)
        {
            if (_types.TryGetValue(at, out var known))
                return known;
            if (!at.TryOpen(out var entry))
                return DwarfType.UnknownType;
            // A declaration with a signature stands for a type in a type unit.
            reference = entry.Find(DwarfAttribute.Signature);
            if (!reference.Exists)
                return Make(ref entry);
            unit = at.Unit;
        }
        return DwarfType.UnknownType;
    }

    private DwarfType Make(ref DwarfEntryReader entry)
    {
        var at = new DwarfEntryRef(entry.Unit, entry.Offset);
        if (_types.TryGetValue(at, out var known))
            return known;
        var kind = KindOf(entry.Tag);
        return _types[at] = kind == DwarfTypeKind.Unknown ? DwarfType.UnknownType : new DwarfType(this, at, ref entry, kind);
    }

    private Dictionary<string, DwarfType> Search(IReadOnlyList<string> names, bool structsOnly)
    {
        var results = new Dictionary<string, DwarfType>(names.Count);
        var wanted = new NameSet();
        foreach (string name in names)
        {
            if (structsOnly && _structs.TryGetValue(name, out var known))
                results[name] = known;
            else if (!results.ContainsKey(name))
                wanted.Add(name);
        }
        foreach (var section in _reader.UnitSections)
        {
            for (int i = 0; !wanted.IsEmpty && section.UnitAt(i) is { } unit; i++)
            {
                if (!unit.TryLoad())
                    continue;
                _reader.CheckSkeleton(unit);
                SearchUnit(unit, wanted, structsOnly, results);
            }
        }
        if (structsOnly)
        {
            foreach (var (name, type) in results)
                _structs[name] = type;
        }
        return results;
    }

    private void SearchUnit(DwarfUnit unit, NameSet wanted, bool structsOnly, Dictionary<string, DwarfType> results)
    {
        var entry = new DwarfEntryReader(unit, unit.FirstEntry);
        entry.MoveNext();
        while (entry.MoveNext())
        {
            var tag = entry.Tag;
            bool isStruct = tag is DwarfTag.StructureType or DwarfTag.UnionType or DwarfTag.ClassType;
            if (isStruct || tag == DwarfTag.Typedef || !structsOnly && tag is DwarfTag.BaseType or DwarfTag.EnumerationType)
            {
                var name = DwarfValues.StringTail(unit, entry.Name);
                int index = wanted.IndexOf(name, tag);
                if (index >= 0 && !entry.IsDeclaration && Accept(ref entry, structsOnly) is { } type)
                {
                    results[wanted.Take(index)] = type;
                    // One name may have been asked for with and without "struct" before it.
                    while ((index = wanted.IndexOf(name, tag)) >= 0)
                        results[wanted.Take(index)] = type;
                    if (wanted.IsEmpty)
                        return;
                }
            }
            if (tag is not (DwarfTag.Namespace or DwarfTag.Module) && !(isStruct && unit.HasNestedTypes))
                entry.SkipChildren();
        }
    }

    private DwarfType? Accept(ref DwarfEntryReader entry, bool structsOnly)
    {
        var type = Make(ref entry);
        if (!structsOnly)
            return type.Kind == DwarfTypeKind.Unknown ? null : type;
        type = type.Underlying;
        return type.IsStruct && !type.IsDeclaration ? type : null;
    }

    private static DwarfTypeKind KindOf(DwarfTag tag) => tag switch
    {
        DwarfTag.BaseType => DwarfTypeKind.Base,
        DwarfTag.PointerType or DwarfTag.PtrToMemberType => DwarfTypeKind.Pointer,
        DwarfTag.ReferenceType => DwarfTypeKind.Reference,
        DwarfTag.RvalueReferenceType => DwarfTypeKind.RvalueReference,
        DwarfTag.StructureType => DwarfTypeKind.Struct,
        DwarfTag.ClassType or DwarfTag.InterfaceType => DwarfTypeKind.Class,
        DwarfTag.UnionType => DwarfTypeKind.Union,
        DwarfTag.ArrayType => DwarfTypeKind.Array,
        DwarfTag.EnumerationType => DwarfTypeKind.Enum,
        DwarfTag.Typedef => DwarfTypeKind.Typedef,
        DwarfTag.ConstType or DwarfTag.ImmutableType => DwarfTypeKind.Const,
        DwarfTag.VolatileType => DwarfTypeKind.Volatile,
        DwarfTag.RestrictType => DwarfTypeKind.Restrict,
        DwarfTag.AtomicType => DwarfTypeKind.Atomic,
        DwarfTag.SubroutineType => DwarfTypeKind.Function,
        DwarfTag.UnspecifiedType => DwarfTypeKind.Unspecified,
        _ => DwarfTypeKind.Unknown,
    };

    /// <summary>The names still sought, as bytes; most entries are turned away by their first byte.</summary>
    private sealed class NameSet
    {
        private readonly List<(string Asked, byte[] Name, DwarfTag Tag)> _items = [];
        private readonly bool[] _firstBytes = new bool[256];

        public bool IsEmpty => _items.Count == 0;

        public void Add(string asked)
        {
            var (prefix, tag) = asked switch
            {
                _ when asked.StartsWith("struct ", StringComparison.Ordinal) => (7, DwarfTag.StructureType),
                _ when asked.StartsWith("union ", StringComparison.Ordinal) => (6, DwarfTag.UnionType),
                _ when asked.StartsWith("class ", StringComparison.Ordinal) => (6, DwarfTag.ClassType),
                _ when asked.StartsWith("enum ", StringComparison.Ordinal) => (5, DwarfTag.EnumerationType),
                _ => (0, DwarfTag.None),
            };
            byte[] name = Encoding.UTF8.GetBytes(asked[prefix..]);
            if (name.Length == 0 || name.Contains((byte)0))
                return;
            _firstBytes[name[0]] = true;
            _items.Add((asked, name, tag));
        }

        public int IndexOf(ReadOnlySpan<byte> tail, DwarfTag tag)
        {
            if (tail.IsEmpty || !_firstBytes[tail[0]])
                return -1;
            for (int i = 0; i < _items.Count; i++)
            {
                var item = _items[i];
                if ((item.Tag == DwarfTag.None || item.Tag == tag) && DwarfValues.Equals(tail, item.Name))
                    return i;
            }
            return -1;
        }

        public string Take(int index)
        {
            string asked = _items[index].Asked;
            _items.RemoveAt(index);
            return asked;
        }
    }
}
