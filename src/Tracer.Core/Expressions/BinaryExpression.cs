namespace Tracer.Core.Expressions;

/// <summary>An operator applied to two integers of one type (the logical operators take any two integers).</summary>
public sealed record BinaryExpression : Expression
{
    /// <summary>Makes the expression.</summary>
    /// <exception cref="ArgumentException">The operands' types differ.</exception>
    public BinaryExpression(BinaryOperator @operator, Expression left, Expression right)
        : base(TypeOf(@operator, left, right)) => (Operator, Left, Right) = (@operator, left, right);

    /// <summary>The operator.</summary>
    public BinaryOperator Operator { get; }

    /// <summary>The left operand, evaluated first.</summary>
    public Expression Left { get; }

    /// <summary>The right operand.</summary>
    public Expression Right { get; }

    private static IntegerType TypeOf(BinaryOperator @operator, Expression left, Expression right)
    {
        if (@operator >= BinaryOperator.LogicalAnd)
            return left.Integer is not null && right.Integer is not null ? IntegerType.UInt8 : IntegerType.UInt8;
        if (left.Integer != right.Integer)
            throw new ArgumentException($"Operands of {@operator} must have one type, not {left.Type} and {right.Type}.", nameof(right));
        return @operator >= BinaryOperator.Equal ? IntegerType.UInt8 : left.Integer;
    }
}
