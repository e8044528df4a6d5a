namespace Tracer.Core.Expressions;

/// <summary>
/// Two texts compared character by character (by code point, which is also the byte order of UTF-8), 0 or 1 as <see cref="IntegerType.UInt8"/>.
/// A text beyond the plan's limit is compared by what the limit leaves of it; a side that cannot be read is a fault. A counted text whose length differs
/// from a literal's is unequal
/// without being read.
/// </summary>
public sealed record TextCompareExpression : Expression
{
    /// <summary>Makes the comparison.</summary>
    /// <exception cref="ArgumentException">The operator is no comparison, or a side is no text.</exception>
    public TextCompareExpression(BinaryOperator @operator, Expression left, Expression right)
        : base(IntegerType.UInt8)
    {
        if (@operator is < BinaryOperator.Equal or > BinaryOperator.LessOrEqual)
            throw new ArgumentException($"{@operator} does not compare.", nameof(@operator));
        if (left.Type is not TextType || right.Type is not TextType)
            throw new ArgumentException($"Texts are compared with texts, not {left.Type} with {right.Type}.", nameof(right));
        (Operator, Left, Right) = (@operator, left, right);
    }

    /// <summary>The comparison.</summary>
    public BinaryOperator Operator { get; }

    /// <summary>The left text.</summary>
    public Expression Left { get; }

    /// <summary>The right text.</summary>
    public Expression Right { get; }
}
