namespace Tracer.Core.Expressions;

/// <summary>An integer constant, in its type's canonical form.</summary>
public sealed record ConstantExpression : Expression
{
    /// <summary>Makes the constant; <paramref name="bits"/> are brought into canonical form.</summary>
    public ConstantExpression(ulong bits, IntegerType type)
        : base(type) => Value = type.Canonical(bits);

    /// <summary>The value in canonical form.</summary>
    public ulong Value { get; }
}
