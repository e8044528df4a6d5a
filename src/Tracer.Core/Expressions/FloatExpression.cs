namespace Tracer.Core.Expressions;

/// <summary>The bits of an integer taken as an IEEE 754 number.</summary>
/// <param name="Bits">The integer that carries the bits in its low end.</param>
/// <param name="Format">Single or double.</param>
public sealed record FloatExpression(Expression Bits, FloatType Format) : Expression(Format);
