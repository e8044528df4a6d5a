namespace Tracer.Core.Expressions;

/// <summary>A variable of the enclosing <see cref="IterateExpression"/>.</summary>
/// <param name="Index">Its index.</param>
public sealed record LoopVariableExpression(int Index) : Expression(IntegerType.UInt64);
