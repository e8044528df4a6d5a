using System.Globalization;
using Tracer.Core.Expressions;
using Tracer.Elf;
using Tracer.Elf.Dwarf;

namespace Tracer.Core.Binding;

/// <summary>
/// Gives bits a C type: numbers by size and sign, <c>char *</c> and <c>char[]</c> as text, other pointers as addresses. The value of a structure or an array is
/// its address.
/// </summary>
public static class TypedValue
{
    /// <summary>The type under which a value of a C type is shown.</summary>
    public static ExpressionType TypeOf(DwarfType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var bare = type.Underlying;
        if (IsText(bare))
            return TextType.Instance;
        return FloatOf(bare) ?? (ExpressionType?)IntegerOf(bare) ?? IntegerType.UInt64;
    }

    /// <summary>The value of a variable of a C type at a place.</summary>
    public static Expression At(DwarfPlace place, DwarfType type)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(type);
        var bare = type.Underlying;
        if (place is DwarfPlace.Nowhere nowhere)
            return new UnavailableExpression(TypeOf(type), nowhere.Reason);
        if (IsAggregate(bare))
            return place is DwarfPlace.InMemory memory ? OfPointer(memory.Address, bare) : Unavailable(type, "it is not in memory here and has no address");
        if (FloatOf(bare) is { } format)
            return FloatAt(place, format);
        if (IntegerOf(bare) is not { } integer)
            return Unavailable(type, $"values of type {type} are not supported");
        Expression value = place switch
        {
            DwarfPlace.InMemory memory => Build.Load(memory.Address, 0, integer),
            DwarfPlace.Known known => Build.Convert(known.Value, integer),
            DwarfPlace.InRegister { Register: <= X64Register.R15 } register => Build.Convert(Build.Register(register.Register), integer),
            DwarfPlace.InRegister register => Build.Convert(new VectorExpression(register.Register), integer),
            _ => Unavailable(type, "its place is not understood"),
        };
        return IsPointer(bare) ? OfPointer(value, bare) : value;
    }

    /// <summary>The value of a member that lies at an address and may be a bitfield.</summary>
    public static Expression AtMember(Expression address, StructMember member)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(member);
        var start = Build.Offset(address, member.ByteOffset);
        if (!member.IsBitField)
            return At(new DwarfPlace.InMemory(start), member.Type);
        var bits = member.BitOffset + member.BitSize;
        if (bits > 64)
            return Unavailable(member.Type, string.Create(CultureInfo.InvariantCulture, $"its {member.BitSize} bits touch more than 8 bytes"));
        var raw = Build.ToUInt64(Build.Load(start, 0, IntegerType.Of(bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8, signed: false)));
        // Up to the top and down again, which brings the sign along.
        var integer = IntegerOf(member.Type.Underlying) ?? IntegerType.UInt64;
        var wide = Build.Convert(Shift(BinaryOperator.ShiftLeft, raw, 64 - bits), integer.Signed ? IntegerType.Int64 : IntegerType.UInt64);
        return Build.Convert(Shift(BinaryOperator.ShiftRight, wide, 64 - member.BitSize), integer);
    }

    /// <summary>What a pointer shows: the text it points to when it points to characters, else the address.</summary>
    internal static Expression OfPointer(Expression address, DwarfType bare) => IsText(bare) ? Build.CString(address) : address;

    /// <summary>The address behind a value that is a pointer, or a structure or array, which stand as theirs; null for others.</summary>
    internal static Expression? AddressOf(Expression value, DwarfType bare) => value switch
    {
        UnavailableExpression => null,
        TextExpression text => text.Address,
        _ when value.Type is IntegerType && (IsPointer(bare) || IsAggregate(bare)) => Build.ToUInt64(value),
        _ => null,
    };

    internal static bool IsPointer(DwarfType bare) => bare.Kind is DwarfTypeKind.Pointer or DwarfTypeKind.Reference or DwarfTypeKind.RvalueReference;

    internal static bool IsAggregate(DwarfType bare) => bare.IsStruct || bare.Kind == DwarfTypeKind.Array;

    internal static FloatType? FloatOf(DwarfType bare) => bare is { Kind: DwarfTypeKind.Base, Encoding: DwarfEncoding.Float }
        ? bare.ByteSize switch { 4 => FloatType.Single, 8 => FloatType.Double, _ => null }
        : null;

    internal static IntegerType? IntegerOf(DwarfType bare)
    {
        if (IsPointer(bare) || bare.Kind == DwarfTypeKind.Unspecified)
            return IntegerType.UInt64;
        if (bare.Kind is not (DwarfTypeKind.Base or DwarfTypeKind.Enum) || bare.ByteSize is not { } size || size is not (1 or 2 or 4 or 8))
            return null;
        var number = bare.Kind == DwarfTypeKind.Enum && bare.Target.Underlying is { Kind: DwarfTypeKind.Base } underlying ? underlying : bare;
        if (number.Kind == DwarfTypeKind.Enum)
            return IntegerType.Of((int)size, bare.Enumerators.Any(e => e.Value < 0));
        return number.Encoding switch
        {
            DwarfEncoding.Signed or DwarfEncoding.SignedChar => IntegerType.Of((int)size, signed: true),
            DwarfEncoding.Unsigned or DwarfEncoding.UnsignedChar or DwarfEncoding.Boolean or DwarfEncoding.Utf or DwarfEncoding.Address =>
                IntegerType.Of((int)size, signed: false),
            _ => null,
        };
    }

    // Plain char only: signed and unsigned char are numbers and bytes by habit.
    internal static bool IsText(DwarfType bare) =>
        bare.Kind is DwarfTypeKind.Pointer or DwarfTypeKind.Array && (bare.Kind == DwarfTypeKind.Pointer || bare.Dimensions.Count <= 1)
        && bare.Target.Underlying is { Kind: DwarfTypeKind.Base, Name: "char", ByteSize: 1 };

    private static Expression FloatAt(DwarfPlace place, FloatType format)
    {
        var bits = IntegerType.Of(format.Size, signed: false);
        return place switch
        {
            DwarfPlace.InMemory memory => new FloatExpression(Build.Load(memory.Address, 0, bits), format),
            DwarfPlace.Known known => new FloatExpression(Build.Convert(known.Value, bits), format),
            DwarfPlace.InRegister { Register: <= X64Register.R15 } register => new FloatExpression(Build.Convert(Build.Register(register.Register), bits), format),
            DwarfPlace.InRegister register => new FloatExpression(Build.Convert(new VectorExpression(register.Register), bits), format),
            _ => new UnavailableExpression(format, "its place is not understood"),
        };
    }

    private static Expression Shift(BinaryOperator @operator, Expression value, int count) =>
        count == 0 ? value : Build.Binary(@operator, value, Build.Constant((ulong)count, value.Integer));

    private static UnavailableExpression Unavailable(DwarfType type, string reason) => new(TypeOf(type), reason);
}
