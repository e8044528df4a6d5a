namespace Tracer.Core.Expressions;

/// <summary>An operator of two integers of one type; comparisons and the two logical operators give <see cref="IntegerType.UInt8"/>, 0 or 1.</summary>
public enum BinaryOperator
{
    /// <summary>Wrapping addition.</summary>
    Add,
    /// <summary>Wrapping subtraction.</summary>
    Subtract,
    /// <summary>Wrapping multiplication.</summary>
    Multiply,
    /// <summary>Division toward zero; a zero divisor is a fault, the smallest number by -1 wraps.</summary>
    Divide,
    /// <summary>Remainder with the dividend's sign; a zero divisor is a fault.</summary>
    Remainder,
    /// <summary>Bitwise and.</summary>
    And,
    /// <summary>Bitwise or.</summary>
    Or,
    /// <summary>Bitwise exclusive or.</summary>
    Xor,
    /// <summary>Shift left; the count is taken modulo the width.</summary>
    ShiftLeft,
    /// <summary>Shift right, by sign for signed types; the count is taken modulo the width.</summary>
    ShiftRight,
    /// <summary>Equality.</summary>
    Equal,
    /// <summary>Inequality.</summary>
    NotEqual,
    /// <summary>Less than, by the operands' signedness.</summary>
    Less,
    /// <summary>Less than or equal, by the operands' signedness.</summary>
    LessOrEqual,
    /// <summary>Both nonzero; the right side is not evaluated when the left is zero.</summary>
    LogicalAnd,
    /// <summary>Either nonzero; the right side is not evaluated when the left is nonzero.</summary>
    LogicalOr,
}
