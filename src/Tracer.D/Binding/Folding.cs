using System.Text;
using Tracer.Core.Evaluation;
using Tracer.Core.Expressions;

namespace Tracer.D.Binding;

/// <summary>Makes Core's nodes, and computes at once what has constant operands. Its arithmetic is the evaluator's.</summary>
internal static class Folding
{
    /// <summary>An operator of two integers of one type that evaluates both.</summary>
    public static Expression Binary(BinaryOperator @operator, Expression left, Expression right)
    {
        var made = new BinaryExpression(@operator, left, right);
        return left is ConstantExpression l && right is ConstantExpression r && IntegerMath.TryApply(@operator, l.Value, r.Value, l.Integer, out var result)
            ? new ConstantExpression(result, made.Integer)
            : made;
    }

    /// <summary>The integer as another type. An inner conversion that changes no bit the outer one looks at is left out.</summary>
    public static Expression Convert(Expression operand, IntegerType type)
    {
        while (operand is ConvertExpression { Target: var middle, Operand: { } inner } && (middle.Size >= type.Size || Holds(middle, inner.Integer)))
            operand = inner;
        return Build.Convert(operand, type);
    }

    /// <summary>The integer as uint64.</summary>
    public static Expression ToUInt64(Expression operand) => Convert(operand, IntegerType.UInt64);

    /// <summary>Logical and, logical or; the operands are tests (see <see cref="Test"/>).</summary>
    public static Expression Logical(BinaryOperator @operator, Expression left, Expression right)
    {
        if (left is not ConstantExpression known)
            return new BinaryExpression(@operator, left, right);
        if (known.Value != 0 == (@operator == BinaryOperator.LogicalOr))
            return new ConstantExpression(known.Value != 0 ? 1UL : 0UL, IntegerType.UInt8);
        return right is ConstantExpression c
            ? new ConstantExpression(c.Value != 0 ? 1UL : 0UL, IntegerType.UInt8)
            : Binary(BinaryOperator.NotEqual, right, new ConstantExpression(0, right.Integer));
    }

    /// <summary>An operator of one integer.</summary>
    public static Expression Unary(UnaryOperator @operator, Expression operand)
    {
        var made = new UnaryExpression(@operator, operand);
        return operand is ConstantExpression c ? new ConstantExpression(IntegerMath.Apply(@operator, c.Value, c.Integer), made.Integer) : made;
    }

    /// <summary>One of two values of one type.</summary>
    public static Expression Conditional(Expression test, Expression whenTrue, Expression whenFalse) =>
        test is ConstantExpression c ? (c.Value != 0 ? whenTrue : whenFalse) : new ConditionalExpression(test, whenTrue, whenFalse);

    /// <summary>Two texts compared, by code points.</summary>
    public static Expression CompareText(BinaryOperator @operator, Expression left, Expression right)
    {
        if (left is not TextLiteralExpression l || right is not TextLiteralExpression r)
            return new TextCompareExpression(@operator, left, right);
        var order = Encoding.UTF8.GetBytes(l.Text).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(r.Text));
        var holds = @operator switch
        {
            BinaryOperator.Equal => order == 0,
            BinaryOperator.NotEqual => order != 0,
            BinaryOperator.Less => order < 0,
            _ => order <= 0,
        };
        return new ConstantExpression(holds ? 1UL : 0UL, IntegerType.UInt8);
    }

    /// <summary>
    /// An integer of which only zero or nonzero counts: widening it changes nothing, so that <c>a == b &amp;&amp; c</c> needs no conversion of
    /// the comparison to int.
    /// </summary>
    public static Expression Test(Expression integer) =>
        integer is ConvertExpression { Operand: { } operand } c && c.Target.Size >= operand.Integer.Size ? Test(operand) : integer;

    private static bool Holds(IntegerType type, IntegerType values) => type == values || (type.Size > values.Size && (type.Signed || !values.Signed));
}
