namespace Tracer.D.Syntax;

/// <summary>An integer as it is written: its value and what decides its type.</summary>
/// <param name="Value">The value.</param>
/// <param name="IsDecimal">Whether it is written in decimal, which never becomes unsigned by itself.</param>
/// <param name="IsUnsigned">Whether it ends in <c>u</c>.</param>
/// <param name="IsLong">Whether it ends in <c>l</c> or <c>ll</c>.</param>
public readonly record struct IntegerLiteral(ulong Value, bool IsDecimal, bool IsUnsigned, bool IsLong);
