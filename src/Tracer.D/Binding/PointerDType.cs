using Tracer.Core.Expressions;

namespace Tracer.D.Binding;

/// <summary>An address; as an expression a uint64.</summary>
/// <param name="Element">What is there.</param>
public sealed record PointerDType(DType Element) : DType
{
    /// <inheritdoc/>
    public override int Size => IntegerType.UInt64.Size;

    /// <inheritdoc/>
    public override string ToString() => $"{Element}*";
}
