namespace Tracer.Core.Expressions;

/// <summary>One of two integers or texts of one type; the other is not evaluated, so its memory is not touched.</summary>
public sealed record ConditionalExpression : Expression
{
    /// <summary>Makes the expression.</summary>
    /// <exception cref="ArgumentException">The branches' types differ, or are neither integers nor text.</exception>
    public ConditionalExpression(Expression test, Expression whenTrue, Expression whenFalse)
        : base(whenTrue.Type)
    {
        if (whenTrue.Type != whenFalse.Type || whenTrue.Type is not (IntegerType or TextType))
            throw new ArgumentException($"Branches must be integers or texts of one type, not {whenTrue.Type} and {whenFalse.Type}.", nameof(whenFalse));
        (Test, WhenTrue, WhenFalse) = (test, whenTrue, whenFalse);
    }

    /// <summary>The condition: nonzero is true.</summary>
    public Expression Test { get; }

    /// <summary>The value when the condition holds.</summary>
    public Expression WhenTrue { get; }

    /// <summary>The value when it does not.</summary>
    public Expression WhenFalse { get; }
}
