namespace Tracer.Core.Expressions;

/// <summary>An integer read from target memory, little endian; faults when any of its bytes cannot be read.</summary>
/// <param name="Address">The address, an unsigned 64-bit integer.</param>
/// <param name="Loaded">What is read.</param>
public sealed record LoadExpression(Expression Address, IntegerType Loaded) : Expression(Loaded);
