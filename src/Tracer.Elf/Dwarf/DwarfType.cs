namespace Tracer.Elf.Dwarf;

/// <summary>
/// A type. What it refers to (target, members, bounds) is read when first asked for, and a type met again is the same object,
/// so that structures that point at each other are no trouble.
/// </summary>
public sealed class DwarfType
{
    // C allows any depth of declarators; a longer chain is a cycle in broken input.
    internal const int MaxChain = 64;

    private readonly DwarfTypes? _types;
    private readonly DwarfEntryRef _entry;
    private readonly DwarfAttributeValue _target;
    private readonly long? _byteSize;
    private DwarfType? _resolved;
    private bool? _byReference;
    private DwarfTypeChildren? _children;

    internal DwarfType(DwarfTypeKind kind, string? name = null)
    {
        Kind = kind;
        Name = name;
    }

    internal DwarfType(DwarfTypes types, DwarfEntryRef entry, ref DwarfEntryReader reader, DwarfTypeKind kind)
    {
        _types = types;
        _entry = entry;
        Kind = kind;
        _target = reader.Type;
        Name = DwarfValues.Text(entry.Unit, reader.Name);
        IsDeclaration = reader.IsDeclaration;
        Encoding = (DwarfEncoding)reader.Find(DwarfAttribute.Encoding).Bits;
        // DW_CC_pass_by_reference and DW_CC_pass_by_value; only clang writes them.
        ulong convention = IsStruct ? reader.Find(DwarfAttribute.CallingConvention).Bits : 5;
        if (convention is 4 or 5)
            _byReference = convention == 4;
        if (reader.Find(DwarfAttribute.ByteSize).Constant is { } size and >= 0)
            _byteSize = size;
    }

    /// <summary>What kind of type it is.</summary>
    public DwarfTypeKind Kind { get; }

    /// <summary>The name or tag, or null for an anonymous or derived type.</summary>
    public string? Name { get; internal init; }

    /// <summary>Whether only the name is known here (<c>struct s;</c>); <see cref="DwarfTypes.TryFindStruct"/> may find the definition elsewhere.</summary>
    public bool IsDeclaration { get; }

    /// <summary>The encoding of a base type.</summary>
    public DwarfEncoding Encoding { get; }

    /// <summary>The offset of its entry in the section it is in.</summary>
    public long Offset => _entry.Offset;

    /// <summary>The type pointed at, named, qualified, repeated or returned; void when there is none.</summary>
    public DwarfType Target => _resolved ??= _types is null ? Void : _types.Resolve(_entry.Unit, _target);

    /// <summary>The members of a structure, union or class; empty for other types.</summary>
    public IReadOnlyList<StructMember> Members => Children.Members;

    /// <summary>The number of items of each dimension of an array, outermost first; null for one without a bound.</summary>
    public IReadOnlyList<long?> Dimensions => Children.Dimensions;

    /// <summary>The values of an enumeration; empty for other types.</summary>
    public IReadOnlyList<DwarfEnumerator> Enumerators => Children.Enumerators;

    /// <summary>The types of the parameters of a function; empty for other types.</summary>
    public IReadOnlyList<DwarfType> Parameters => Children.Parameters;

    /// <summary>Whether a function takes more arguments than it names, or does not say which.</summary>
    public bool IsVariadic => Children.IsVariadic;

    /// <summary>The type behind typedefs and qualifiers.</summary>
    public DwarfType Underlying
    {
        get
        {
            var type = this;
            for (int i = 0; i < MaxChain; i++)
            {
                if (!type.IsAlias)
                    return type;
                type = type.Target;
            }
            return UnknownType;
        }
    }

    /// <summary>Whether this is a structure, union or class.</summary>
    public bool IsStruct => Kind is DwarfTypeKind.Struct or DwarfTypeKind.Union or DwarfTypeKind.Class;

    /// <summary>The layout of the structure behind typedefs and qualifiers, or null when there is none or it is only declared.</summary>
    public StructLayout? Layout => Underlying is { IsStruct: true, IsDeclaration: false } type ? new(type.Name ?? Name ?? "", type) : null;

    /// <summary>The definition, when this is only declared here and defined elsewhere in the file; else the type itself.</summary>
    public DwarfType Definition
    {
        get
        {
            if (!IsStruct || !IsDeclaration || _types is null || string.IsNullOrEmpty(Name))
                return this;
            string tag = Kind switch { DwarfTypeKind.Union => "union ", DwarfTypeKind.Class => "class ", _ => "struct " };
            return _types.TryFindStruct(tag + Name, out var layout) ? layout.Type : this;
        }
    }

    /// <summary>
    /// Whether the C++ ABI passes values of this class by a hidden reference: its copies are made or destroyed by code, its own or that of a member. From
    /// DW_AT_calling_convention (DWARF 5, 5.7.1) where there is one, else from the class's members.
    /// </summary>
    public bool IsPassedByReference => _byReference ??= HasOwnCopying(0);

    /// <summary>The size in bytes, or null when it has none (void, functions, declarations, arrays without a bound).</summary>
    public long? ByteSize
    {
        get
        {
            var type = this;
            long items = 1;
            for (int i = 0; i < MaxChain; i++)
            {
                if (type._byteSize is { } size)
                    return Multiply(items, size);
                switch (type.Kind)
                {
                    case DwarfTypeKind.Array:
                        foreach (var dimension in type.Dimensions)
                        {
                            if (dimension is not { } count || Multiply(items, count) is not { } product)
                                return null;
                            items = product;
                        }
                        break;
                    case DwarfTypeKind.Pointer or DwarfTypeKind.Reference or DwarfTypeKind.RvalueReference:
                        return Multiply(items, type._entry.Unit.Format.AddressSize);
                    case var _ when type.IsAlias || type.Kind == DwarfTypeKind.Enum:
                        break;
                    default:
                        return null;
                }
                type = type.Target;
            }
            return null;
        }
    }

    internal static DwarfType Void { get; } = new(DwarfTypeKind.Void);

    /// <summary>The type that stands for one that could not be read.</summary>
    public static DwarfType Unknown => UnknownType;

    internal static DwarfType UnknownType { get; } = new(DwarfTypeKind.Unknown);

    internal bool IsAlias => Kind is DwarfTypeKind.Typedef or DwarfTypeKind.Const or DwarfTypeKind.Volatile
        or DwarfTypeKind.Restrict or DwarfTypeKind.Atomic;

    private DwarfTypeChildren Children => _children ??= _types is null ? DwarfTypeChildren.None : DwarfTypeChildren.Read(_types, _entry, Kind);

    /// <summary>The type as it is written in C, such as <c>struct s *</c> or <c>int (*)(char)</c>.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => CTypePrinter.Print(this, "");

    /// <summary>The declaration of a thing of this type in C, such as <c>char name[16]</c>.</summary>
    /// <param name="name">The name to declare.</param>
    /// <returns>One line.</returns>
    public string Declare(string name) => CTypePrinter.Print(this, name);

    private bool HasOwnCopying(int depth)
    {
        if (_byReference is { } known)
            return known;
        // Classes nest a few levels deep; a deeper one contains itself, in broken input.
        if (!IsStruct || depth > 8 || Members.Count > 4096)
            return false;
        if (Children.HasOwnCopying)
            return true;
        foreach (var member in Members)
        {
            var type = member.Type.Underlying;
            for (int i = 0; i < MaxChain && type.Kind == DwarfTypeKind.Array; i++)
                type = type.Target.Underlying;
            // What was found is kept at every level, or types that contain each other would be visited again and again.
            if (type.IsStruct && (type._byReference ??= type.HasOwnCopying(depth + 1)) == true)
                return true;
        }
        return false;
    }

    private static long? Multiply(long left, long right)
    {
        long high = Math.BigMul(left, right, out long low);
        return high == 0 && low >= 0 ? low : null;
    }
}
