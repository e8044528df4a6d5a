using Tracer.Core.Expressions;
using Tracer.Elf.Dwarf;

namespace Tracer.D.Binding;

/// <summary>The types of DWARF for a scope. Typedefs and qualifiers are seen through, unnamed members and base classes are searched.</summary>
/// <param name="parameters">The types of the probe's parameters by position; null where there is none.</param>
/// <param name="types">The types of the probe's file, for names and for structs only declared where they are used; null when there are none.</param>
public sealed class DwarfDebugTypes(IReadOnlyList<DwarfType?> parameters, DwarfTypes? types) : IDebugTypes
{
    // What C writes nests a few levels; damaged DWARF may go in circles.
    private const int MaximumDepth = 32;

    /// <inheritdoc/>
    public DType? TypeOfParameter(int index) => index < parameters.Count && parameters[index] is { } type ? Map(type, 0) : null;

    /// <inheritdoc/>
    public DType? FindType(string name) => types is not null && types.TryFindType(name, out var type) ? Map(type, 0) : null;

    /// <inheritdoc/>
    public MemberPlace? FindMember(StructDType type, string name)
    {
        ArgumentNullException.ThrowIfNull(type);
        return (type.Key as DwarfType)?.Layout is { } layout && layout.TryGetField(name, out var field)
            ? new MemberPlace(name, field.ByteOffset, Map(field.Type, 0), field.BitOffset, field.BitSize)
            : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> MembersOf(StructDType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return [.. ((type.Key as DwarfType)?.Members ?? []).Select(m => m.Name).OfType<string>()];
    }

    private DType Map(DwarfType type, int depth)
    {
        var bare = type.Underlying;
        if (depth > MaximumDepth)
            return VoidDType.Instance;
        return bare.Kind switch
        {
            DwarfTypeKind.Base or DwarfTypeKind.Enum => Number(bare),
            DwarfTypeKind.Pointer => new PointerDType(Map(bare.Target, depth + 1)),
            DwarfTypeKind.Reference or DwarfTypeKind.RvalueReference => new ReferenceDType(Map(bare.Target, depth + 1)),
            DwarfTypeKind.Array => bare.Dimensions.Reverse().Aggregate(Map(bare.Target, depth + 1), (element, count) => new ArrayDType(element, Clamp(count))),
            _ when bare.IsStruct => Struct(bare),
            _ => VoidDType.Instance,
        };
    }

    private StructDType Struct(DwarfType type)
    {
        var name = type.ToString();
        var definition = type.IsDeclaration && types is not null && types.TryFindStruct(name, out var layout) ? layout.Type : type;
        return new StructDType(name, Clamp(definition.ByteSize), definition);
    }

    private static int Clamp(long? count) => (int)Math.Clamp(count ?? 0, 0, int.MaxValue);

    private static DType Number(DwarfType type)
    {
        if (type is { Kind: DwarfTypeKind.Base, Encoding: DwarfEncoding.Float, ByteSize: 4 or 8 })
            return new FloatDType(type.ByteSize == 4 ? FloatType.Single : FloatType.Double);
        if (type.ByteSize is not (1 or 2 or 4 or 8))
            return VoidDType.Instance;
        // An enumeration is signed as its underlying type says, or, in C, as its values need.
        var number = type.Kind == DwarfTypeKind.Enum && type.Target.Underlying is { Kind: DwarfTypeKind.Base } underlying ? underlying : type;
        var isSigned = number.Kind == DwarfTypeKind.Enum ? number.Enumerators.Any(e => e.Value < 0) : number.Encoding is DwarfEncoding.Signed or DwarfEncoding.SignedChar;
        var isInteger = isSigned || number.Kind == DwarfTypeKind.Enum
            || number.Encoding is DwarfEncoding.Unsigned or DwarfEncoding.UnsignedChar or DwarfEncoding.Boolean or DwarfEncoding.Utf or DwarfEncoding.Address;
        return isInteger ? new IntegerDType(IntegerType.Of((int)type.ByteSize, isSigned)) : VoidDType.Instance;
    }
}
