namespace Tracer.Elf.Dwarf;

/// <summary>What the entries below a type's entry say: members, dimensions, enumerators or parameters.</summary>
internal sealed class DwarfTypeChildren
{
    public static DwarfTypeChildren None { get; } = new();

    public IReadOnlyList<StructMember> Members { get; private set; } = [];
    public IReadOnlyList<long?> Dimensions { get; private set; } = [];
    public IReadOnlyList<DwarfEnumerator> Enumerators { get; private set; } = [];
    public IReadOnlyList<DwarfType> Parameters { get; private set; } = [];
    public bool IsVariadic { get; private set; }
    /// <summary>Whether a class copies or destroys its objects by code of its own.</summary>
    public bool HasOwnCopying { get; private set; }

    public static DwarfTypeChildren Read(DwarfTypes types, DwarfEntryRef at, DwarfTypeKind kind)
    {
        if (kind is not (DwarfTypeKind.Struct or DwarfTypeKind.Class or DwarfTypeKind.Union or DwarfTypeKind.Array
            or DwarfTypeKind.Enum or DwarfTypeKind.Function) || !at.TryOpen(out var entry))
        {
            return None;
        }
        List<StructMember>? members = null;
        List<long?>? dimensions = null;
        List<DwarfEnumerator>? enumerators = null;
        List<DwarfType>? parameters = null;
        bool variadic = false, copying = false;
        var unit = at.Unit;
        string? owner = DwarfValues.Text(unit, entry.Name);
        while (entry.MoveNext())
        {
            switch (entry.Tag)
            {
                // A static data member is a declaration without a place in the structure; DWARF 5 calls it a variable.
                case DwarfTag.Member when !entry.IsDeclaration && !IsStatic(ref entry):
                    (members ??= []).Add(ReadMember(types, ref entry, kind == DwarfTypeKind.Union));
                    break;
                case DwarfTag.Inheritance:
                    (members ??= []).Add(ReadMember(types, ref entry, false));
                    break;
                case DwarfTag.SubrangeType when kind == DwarfTypeKind.Array:
                    (dimensions ??= []).Add(ReadCount(ref entry));
                    break;
                case DwarfTag.EnumerationType when kind == DwarfTypeKind.Array:
                    (dimensions ??= []).Add(null);
                    break;
                case DwarfTag.Enumerator:
                    var value = entry.Find(DwarfAttribute.ConstValue);
                    (enumerators ??= []).Add(new(DwarfValues.Text(unit, entry.Name) ?? "", value.Constant ?? 0));
                    break;
                case DwarfTag.FormalParameter when kind == DwarfTypeKind.Function:
                    (parameters ??= []).Add(types.Resolve(unit, entry.Type));
                    break;
                case DwarfTag.UnspecifiedParameters:
                    variadic = true;
                    break;
                case DwarfTag.Subprogram when !copying && owner is not null && kind != DwarfTypeKind.Array:
                    copying = IsCopying(types, ref entry, owner, at);
                    break;
            }
            entry.SkipChildren();
        }
        return new()
        {
            Members = members ?? [],
            Dimensions = dimensions ?? [],
            Enumerators = enumerators ?? [],
            Parameters = parameters ?? [],
            IsVariadic = variadic,
            HasOwnCopying = copying || members?.Exists(member => member.Name?.StartsWith("_vptr", StringComparison.Ordinal) == true) == true,
        };
    }

    // A destructor, or a constructor from a reference to the class, that the user wrote. The compiler's own are artificial or not there.
    private static bool IsCopying(DwarfTypes types, ref DwarfEntryReader entry, string owner, DwarfEntryRef at)
    {
        if (entry.Find(DwarfAttribute.Artificial).IsFlagSet || entry.Find(DwarfAttribute.Deleted).IsFlagSet || entry.Find(DwarfAttribute.Defaulted).Bits != 0
            || DwarfValues.Text(entry.Unit, entry.Name) is not { Length: > 0 } name)
        {
            return false;
        }
        if (name[0] == '~')
            return true;
        int arguments = owner.IndexOf('<', StringComparison.Ordinal);
        if (!name.AsSpan().SequenceEqual(arguments > 0 ? owner.AsSpan(0, arguments) : owner))
            return false;
        var method = new DwarfEntryReader(entry.Unit, entry.Offset);
        method.MoveNext();
        while (method.MoveNext())
        {
            if (method.Tag == DwarfTag.FormalParameter && !method.Find(DwarfAttribute.Artificial).IsFlagSet)
            {
                var type = types.Resolve(method.Unit, method.Type);
                return type.Kind is DwarfTypeKind.Reference or DwarfTypeKind.RvalueReference && type.Target.Underlying.Offset == at.Offset;
            }
            method.SkipChildren();
        }
        return false;
    }

    private static bool IsStatic(ref DwarfEntryReader entry) =>
        entry.Find(DwarfAttribute.External).IsFlagSet && !entry.Find(DwarfAttribute.DataMemberLocation).Exists;

    private static StructMember ReadMember(DwarfTypes types, ref DwarfEntryReader entry, bool inUnion)
    {
        var unit = entry.Unit;
        var type = types.Resolve(unit, entry.Type);
        string? name = entry.Tag == DwarfTag.Inheritance ? null : DwarfValues.Text(unit, entry.Name);
        long offset = inUnion ? 0 : ReadLocation(ref entry);
        if (entry.Find(DwarfAttribute.BitSize).Constant is not (> 0 and <= 1024 and { } bitSize))
            return new(string.IsNullOrEmpty(name) ? null : name, offset, 0, 0, type);

        // From the start of the structure (DWARF 4 and up), or from the most significant bit of a storage unit of
        // DW_AT_byte_size or the type's size (DWARF 2 and 3), which on a little-endian machine is its far end.
        long bits;
        if (entry.Find(DwarfAttribute.DataBitOffset).Constant is { } fromStart)
        {
            bits = unchecked(offset * 8 + fromStart);
        }
        else
        {
            bits = unchecked(offset * 8);
            if (entry.Find(DwarfAttribute.BitOffset) is { Exists: true } old)
            {
                long storage = entry.Find(DwarfAttribute.ByteSize).Constant ?? type.ByteSize ?? 0;
                bits = unchecked(bits + storage * 8 - (old.SignedConstant ?? 0) - bitSize);
            }
        }
        return new(name, bits >> 3, (int)(bits & 7), (int)bitSize, type);
    }

    // A constant, or in DWARF 2 an expression; compilers write DW_OP_plus_uconst (0x23) or, for virtual bases, what has no fixed answer.
    private static long ReadLocation(ref DwarfEntryReader entry)
    {
        var value = entry.Find(DwarfAttribute.DataMemberLocation);
        if (!value.IsBlock)
            return value.Constant ?? 0;
        var cursor = new DwarfCursor(entry.Unit.Section.Bytes.Span.Slice(value.BlockOffset, value.BlockLength));
        if (cursor.ReadU8() == 0x23)
        {
            long offset = (long)cursor.ReadUleb();
            if (cursor.AtEnd && !cursor.Failed)
                return offset;
        }
        entry.Unit.Reader.Report("DWARF015", $"The place of the member at 0x{entry.Offset:x} is computed at run time; 0 is taken.", entry.Offset);
        return 0;
    }

    // The bound is the last index; gcc writes -1 for the GNU array of zero items, and nothing for a flexible one.
    private static long? ReadCount(ref DwarfEntryReader entry)
    {
        if (entry.Find(DwarfAttribute.Count).Constant is { } count)
            return count >= 0 ? count : null;
        var upper = entry.Find(DwarfAttribute.UpperBound);
        if (upper.Constant is not { } last)
            return null;
        if (upper.SignedConstant == -1 && upper.Form is DwarfForm.Data4 or DwarfForm.Data8 or DwarfForm.Sdata or DwarfForm.ImplicitConst)
            last = upper.SignedConstant ?? last;
        long first = entry.Find(DwarfAttribute.LowerBound).Constant ?? 0;
        long items = unchecked(last - first + 1);
        return items >= 0 ? items : null;
    }
}
