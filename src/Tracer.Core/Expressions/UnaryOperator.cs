namespace Tracer.Core.Expressions;

/// <summary>An operator of one operand.</summary>
public enum UnaryOperator
{
    /// <summary>Arithmetic negation, wrapping.</summary>
    Negate,
    /// <summary>Bitwise complement.</summary>
    Complement,
    /// <summary>1 when the operand is zero, else 0; the result is <see cref="IntegerType.UInt8"/>.</summary>
    Not,
}
