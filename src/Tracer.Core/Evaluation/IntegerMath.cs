using Tracer.Core.Expressions;

namespace Tracer.Core.Evaluation;

/// <summary>The arithmetic of the expression tree on canonical 64-bit values, in one place: what every executor must agree with.</summary>
public static class IntegerMath
{
    /// <summary>Applies a unary operator; the operand is canonical for <paramref name="type"/>, the result for the operator's type.</summary>
    public static ulong Apply(UnaryOperator @operator, ulong operand, IntegerType type) => @operator switch
    {
        UnaryOperator.Negate => type.Canonical(0UL - operand),
        UnaryOperator.Complement => type.Canonical(~operand),
        _ => operand == 0 ? 1UL : 0UL,
    };

    /// <summary>
    /// Applies an operator that always evaluates both sides; operands are canonical for <paramref name="type"/>.
    /// Returns false for a division by zero.
    /// </summary>
    public static bool TryApply(BinaryOperator @operator, ulong left, ulong right, IntegerType type, out ulong result)
    {
        result = 0;
        if (@operator is BinaryOperator.Divide or BinaryOperator.Remainder && right == 0)
            return false;
        var count = (int)(right & (ulong)(type.Size * 8 - 1));
        result = @operator switch
        {
            BinaryOperator.Add => type.Canonical(left + right),
            BinaryOperator.Subtract => type.Canonical(left - right),
            BinaryOperator.Multiply => type.Canonical(left * right),
            BinaryOperator.Divide => type.Canonical(Divide(left, right, type.Signed)),
            BinaryOperator.Remainder => type.Canonical(Remainder(left, right, type.Signed)),
            BinaryOperator.And => left & right,
            BinaryOperator.Or => left | right,
            BinaryOperator.Xor => left ^ right,
            BinaryOperator.ShiftLeft => type.Canonical(left << count),
            BinaryOperator.ShiftRight => type.Signed ? (ulong)((long)left >> count) : left >> count,
            BinaryOperator.Equal => left == right ? 1UL : 0UL,
            BinaryOperator.NotEqual => left != right ? 1UL : 0UL,
            BinaryOperator.Less => (type.Signed ? (long)left < (long)right : left < right) ? 1UL : 0UL,
            BinaryOperator.LessOrEqual => (type.Signed ? (long)left <= (long)right : left <= right) ? 1UL : 0UL,
            _ => throw new ArgumentOutOfRangeException(nameof(@operator), @operator, "Logical operators are evaluated lazily."),
        };
        return true;
    }

    // The smallest number by -1 overflows in hardware and raises in .NET; C leaves it undefined, BPF wraps. It wraps here.
    private static ulong Divide(ulong left, ulong right, bool signed) =>
        !signed ? left / right : (long)right == -1 ? 0UL - left : (ulong)((long)left / (long)right);

    private static ulong Remainder(ulong left, ulong right, bool signed) =>
        !signed ? left % right : (long)right == -1 ? 0UL : (ulong)((long)left % (long)right);
}
