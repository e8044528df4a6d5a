namespace Tracer.Core.Expressions;

/// <summary>An IEEE 754 number of 4 or 8 bytes; its bits travel in the low end of 64 bits.</summary>
/// <param name="Size">Size in bytes: 4 or 8.</param>
public sealed record FloatType(int Size) : ExpressionType
{
    /// <summary>4 bytes.</summary>
    public static FloatType Single { get; } = new(4);

    /// <summary>8 bytes.</summary>
    public static FloatType Double { get; } = new(8);

    /// <inheritdoc/>
    public override string ToString() => Size == 4 ? "float" : "double";
}
