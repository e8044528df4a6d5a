using System.Globalization;

namespace Tracer.Elf.Sdt.Operands;

/// <summary>The precedence of GNU as's infix operators ("Infix Ops" in its manual), which differs from C's.</summary>
internal enum ExpressionPrecedence
{
    Lowest = 0,
    LogicalOr = 1,
    LogicalAnd = 2,
    AddOrCompare = 3,
    Bitwise = 4,
    Multiply = 5,
    Unary = 6,
}

/// <summary>An assembler expression over numbers and symbols, in 64-bit wrapping arithmetic.</summary>
internal abstract record Expression
{
    /// <summary>The text, in parentheses when <paramref name="outer"/> binds tighter.</summary>
    public abstract string Print(ExpressionPrecedence outer);
}

internal sealed record NumberExpression(ulong Value) : Expression
{
    public override string Print(ExpressionPrecedence outer)
    {
        // Small negative numbers read better with their sign; beyond 32 bits the unsigned form is as good.
        var signed = unchecked((long)Value);
        return signed is < 0 and >= int.MinValue
            ? outer >= ExpressionPrecedence.Unary ? $"({signed})" : signed.ToString(CultureInfo.InvariantCulture)
            : Value.ToString(CultureInfo.InvariantCulture);
    }
}

/// <param name="Name">The symbol.</param>
/// <param name="Relocation">What follows its <c>@</c>, as <c>tpoff</c> or <c>GOTPCREL</c> (case does not count); null for none.</param>
internal sealed record SymbolExpression(string Name, string? Relocation) : Expression
{
    public override string Print(ExpressionPrecedence outer) => Relocation is null ? Name : $"{Name}@{Relocation}";
}

internal sealed record UnaryExpression(char Operator, Expression Operand) : Expression
{
    public override string Print(ExpressionPrecedence outer) => $"{Operator}{Operand.Print(ExpressionPrecedence.Unary)}";
}

internal sealed record BinaryExpression(BinaryOperator Operator, Expression Left, Expression Right) : Expression
{
    public override string Print(ExpressionPrecedence outer)
    {
        var own = Operator.Precedence;
        // Operators of one level associate to the left, so the right side needs parentheses at the same level.
        var text = $"{Left.Print(own)}{Operator.Text}{Right.Print(own + 1)}";
        return outer > own ? $"({text})" : text;
    }
}
