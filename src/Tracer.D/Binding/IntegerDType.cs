using Tracer.Core.Expressions;

namespace Tracer.D.Binding;

/// <summary>An integer.</summary>
/// <param name="Integer">Its size and sign.</param>
public sealed record IntegerDType(IntegerType Integer) : DType
{
    /// <summary>C's int, the type of comparisons.</summary>
    public static IntegerDType Int { get; } = new(IntegerType.Int32);

    /// <inheritdoc/>
    public override int Size => Integer.Size;

    /// <inheritdoc/>
    public override string ToString() => Integer.ToString();
}
