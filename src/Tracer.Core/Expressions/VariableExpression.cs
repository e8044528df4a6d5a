namespace Tracer.Core.Expressions;

/// <summary>The value of a variable, or of the element of an array under <see cref="Keys"/>; zero when it was never assigned.</summary>
public sealed record VariableExpression : Expression
{
    /// <summary>Makes the expression.</summary>
    /// <exception cref="ArgumentException">The keys are not those of the variable.</exception>
    public VariableExpression(Variable variable, ExpressionList keys)
        : base(variable.Type)
    {
        if (!keys.Select(k => k.Type).SequenceEqual(variable.KeyTypes))
            throw new ArgumentException($"{variable} has the keys [{string.Join(", ", variable.KeyTypes)}], not [{string.Join(", ", keys.Select(k => k.Type))}].", nameof(keys));
        (Variable, Keys) = (variable, keys);
    }

    /// <summary>A plain variable.</summary>
    public VariableExpression(Variable variable)
        : this(variable, new ExpressionList())
    {
    }

    /// <summary>The variable.</summary>
    public Variable Variable { get; }

    /// <summary>Which field of the element: 0, or 1 where it has two.</summary>
    public int Field { get; init; }

    /// <summary>The keys, evaluated at the hit.</summary>
    public ExpressionList Keys { get; }
}
