namespace Tracer.Core.Expressions;

/// <summary>
/// A number that stays the same for a key as long as an object lives, as the line of an instruction in a code object: a backend may compute it once and know it from then
/// on. It is its value.
/// </summary>
/// <param name="Value">The number.</param>
/// <param name="Owner">The object.</param>
/// <param name="Key">What else it depends on, uint64.</param>
public sealed record OwnedExpression(Expression Value, TextOwner Owner, Expression Key) : Expression(Value.Type);
