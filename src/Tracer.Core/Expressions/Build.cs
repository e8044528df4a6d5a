using Tracer.Elf;

namespace Tracer.Core.Expressions;

/// <summary>Short names for building expressions, so that a decoder reads like the C it stands for.</summary>
public static class Build
{
    /// <summary>An unsigned 64-bit constant.</summary>
    public static Expression Constant(ulong value) => new ConstantExpression(value, IntegerType.UInt64);

    /// <summary>A constant of that type.</summary>
    public static Expression Constant(ulong value, IntegerType type) => new ConstantExpression(value, type);

    /// <summary>A register.</summary>
    public static Expression Register(X64Register register) => new RegisterExpression(register);

    /// <summary>The expression plus a constant; a displacement of a displacement is folded.</summary>
    public static Expression Offset(Expression address, long displacement) => (address, displacement) switch
    {
        (_, 0) => address,
        (ConstantExpression c, _) => Constant(c.Value + (ulong)displacement),
        (BinaryExpression { Operator: BinaryOperator.Add, Right: ConstantExpression inner } sum, _) =>
            Offset(sum.Left, (long)inner.Value + displacement),
        _ => new BinaryExpression(BinaryOperator.Add, address, Constant((ulong)displacement)),
    };

    /// <summary>Sum of two integers of one type.</summary>
    public static Expression Add(Expression left, Expression right) =>
        right is ConstantExpression c && right.Integer.Size == 8 && left.Integer.Size == 8 && !left.Integer.Signed
            ? Offset(left, (long)c.Value)
            : new BinaryExpression(BinaryOperator.Add, left, right);

    /// <summary>A binary operator.</summary>
    public static Expression Binary(BinaryOperator @operator, Expression left, Expression right) => new BinaryExpression(@operator, left, right);

    /// <summary>An integer in memory at <paramref name="address"/> plus <paramref name="displacement"/>.</summary>
    public static Expression Load(Expression address, long displacement, IntegerType type) => new LoadExpression(Offset(address, displacement), type);

    /// <summary>A pointer in memory at <paramref name="address"/> plus <paramref name="displacement"/>.</summary>
    public static Expression LoadPointer(Expression address, long displacement = 0) => Load(address, displacement, IntegerType.UInt64);

    /// <summary>The integer as another type; no node when it has it already.</summary>
    public static Expression Convert(Expression operand, IntegerType type) => operand switch
    {
        _ when operand.Integer == type => operand,
        ConstantExpression c => Constant(c.Value, type),
        _ => new ConvertExpression(operand, type),
    };

    /// <summary>The integer as uint64.</summary>
    public static Expression ToUInt64(Expression operand) => Convert(operand, IntegerType.UInt64);

    /// <summary>Bits <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1 of an unsigned integer, as the same type.</summary>
    public static Expression Bits(Expression operand, int first, int count)
    {
        var type = operand.Integer;
        var shifted = first == 0 ? operand : Binary(BinaryOperator.ShiftRight, operand, Constant((ulong)first, type));
        return Binary(BinaryOperator.And, shifted, Constant((1UL << count) - 1, type));
    }

    /// <summary>Equality with a constant of the operand's type.</summary>
    public static Expression EqualTo(Expression operand, ulong value) =>
        Binary(BinaryOperator.Equal, operand, Constant(value, operand.Integer));

    /// <summary>Whether both are nonzero; the second is evaluated only when the first is.</summary>
    public static Expression And(Expression left, Expression right) => Binary(BinaryOperator.LogicalAnd, left, right);

    /// <summary>One of two integers.</summary>
    public static Expression If(Expression test, Expression whenTrue, Expression whenFalse) => new ConditionalExpression(test, whenTrue, whenFalse);

    /// <summary>NUL-terminated UTF-8 text.</summary>
    public static Expression CString(Expression address) => new TextExpression(address);
}
