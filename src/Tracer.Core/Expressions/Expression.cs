namespace Tracer.Core.Expressions;

/// <summary>
/// A typed, side-effect free expression over the registers and memory of a thread that stands at a probe site. It is the one language that
/// USDT operands, DWARF locations and interpreter decoders compile to and that every backend executes; nodes are immutable and compare by value,
/// so that an executor may evaluate an equal sub-expression once.
/// </summary>
/// <param name="Type">The type of the value.</param>
public abstract record Expression(ExpressionType Type)
{
    /// <summary>The integer type of this expression.</summary>
    /// <exception cref="InvalidOperationException">It is not an integer.</exception>
    public IntegerType Integer => Type as IntegerType ?? throw new InvalidOperationException($"An integer was needed, not {Type}.");

    /// <inheritdoc/>
    public sealed override string ToString() => ExpressionPrinter.Print(this);
}
