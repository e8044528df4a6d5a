using Tracer.Core.Expressions;

namespace Tracer.D.Binding;

/// <summary>A floating-point number: it can be shown and not computed with.</summary>
/// <param name="Format">Single or double.</param>
public sealed record FloatDType(FloatType Format) : DType
{
    /// <inheritdoc/>
    public override int Size => Format.Size;

    /// <inheritdoc/>
    public override string ToString() => Format.ToString();
}
