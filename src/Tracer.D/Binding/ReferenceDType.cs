namespace Tracer.D.Binding;

/// <summary>A C++ reference: an address that stands for what is there, so that no expression has this type.</summary>
/// <param name="Element">What is there.</param>
public sealed record ReferenceDType(DType Element) : DType
{
    /// <inheritdoc/>
    public override int Size => 8;

    /// <inheritdoc/>
    public override string ToString() => $"{Element}&";
}
