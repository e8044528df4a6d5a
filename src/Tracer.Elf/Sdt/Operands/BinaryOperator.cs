namespace Tracer.Elf.Sdt.Operands;

/// <summary>An infix operator of GNU as.</summary>
/// <param name="Text">The operator.</param>
/// <param name="Precedence">How tightly it binds.</param>
/// <param name="Apply">Its meaning in 64-bit arithmetic; null for a division by zero.</param>
internal sealed record BinaryOperator(string Text, ExpressionPrecedence Precedence, Func<ulong, ulong, ulong?> Apply)
{
    // Longer operators first, so that "<<" is not read as "<". True is 1, as gdb evaluates probe arguments (C's rule); GNU as
    // itself would give -1, but an operand text is never assembled.
    public static readonly BinaryOperator[] All =
    [
        new("<<", ExpressionPrecedence.Multiply, (l, r) => r < 64 ? l << (int)r : 0),
        new(">>", ExpressionPrecedence.Multiply, (l, r) => r < 64 ? l >> (int)r : 0),
        new("<=", ExpressionPrecedence.AddOrCompare, (l, r) => Truth((long)l <= (long)r)),
        new(">=", ExpressionPrecedence.AddOrCompare, (l, r) => Truth((long)l >= (long)r)),
        new("<>", ExpressionPrecedence.AddOrCompare, (l, r) => Truth(l != r)),
        new("==", ExpressionPrecedence.AddOrCompare, (l, r) => Truth(l == r)),
        new("!=", ExpressionPrecedence.AddOrCompare, (l, r) => Truth(l != r)),
        new("&&", ExpressionPrecedence.LogicalAnd, (l, r) => Truth(l != 0 && r != 0)),
        new("||", ExpressionPrecedence.LogicalOr, (l, r) => Truth(l != 0 || r != 0)),
        new("+", ExpressionPrecedence.AddOrCompare, (l, r) => unchecked(l + r)),
        new("-", ExpressionPrecedence.AddOrCompare, (l, r) => unchecked(l - r)),
        new("<", ExpressionPrecedence.AddOrCompare, (l, r) => Truth((long)l < (long)r)),
        new(">", ExpressionPrecedence.AddOrCompare, (l, r) => Truth((long)l > (long)r)),
        new("*", ExpressionPrecedence.Multiply, (l, r) => unchecked(l * r)),
        new("/", ExpressionPrecedence.Multiply, (l, r) => Divide(l, r, remainder: false)),
        new("%", ExpressionPrecedence.Multiply, (l, r) => Divide(l, r, remainder: true)),
        new("&", ExpressionPrecedence.Bitwise, (l, r) => l & r),
        new("|", ExpressionPrecedence.Bitwise, (l, r) => l | r),
        new("^", ExpressionPrecedence.Bitwise, (l, r) => l ^ r),
    ];

    private static ulong Truth(bool value) => value ? 1u : 0u;

    private static ulong? Divide(ulong left, ulong right, bool remainder)
    {
        var (l, r) = ((long)left, (long)right);
        return r switch
        {
            0 => null,
            -1 => remainder ? 0 : unchecked(0 - left), // long.MinValue / -1 would trap
            _ => unchecked((ulong)(remainder ? l % r : l / r)),
        };
    }
}
