namespace Tracer.Core.Expressions;

/// <summary>
/// A bounded loop over a few 64-bit variables, for tables that must be walked (line tables). The variables start as <see cref="Initial"/>; while
/// <see cref="While"/> is nonzero all are replaced at once by <see cref="Next"/>; the value is <see cref="Result"/>. Reaching the limit of
/// iterations is a fault, never a guess. Loops do not nest.
/// </summary>
public sealed record IterateExpression : Expression
{
    /// <summary>Makes the loop.</summary>
    /// <exception cref="ArgumentException">The lists' lengths differ or an item is not a 64-bit unsigned integer.</exception>
    public IterateExpression(int limit, ExpressionList initial, Expression @while, ExpressionList next, Expression result)
        : base(result.Integer)
    {
        if (initial.Count != next.Count)
            throw new ArgumentException("Every loop variable needs one first and one next value.", nameof(next));
        foreach (var item in initial.Concat(next))
        {
            if (item.Integer != IntegerType.UInt64)
                throw new ArgumentException($"Loop variables are uint64, not {item.Type}.", nameof(next));
        }

        (Limit, Initial, While, Next, Result) = (limit, initial, @while, next, result);
    }

    /// <summary>The most iterations, 1 to 65,536.</summary>
    public int Limit { get; }

    /// <summary>First values, evaluated outside the loop.</summary>
    public ExpressionList Initial { get; }

    /// <summary>The condition to go on.</summary>
    public Expression While { get; }

    /// <summary>The values for the next round.</summary>
    public ExpressionList Next { get; }

    /// <summary>The value of the loop, over the last values of its variables.</summary>
    public Expression Result { get; }
}
