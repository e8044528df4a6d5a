namespace Tracer.D.Binding;

/// <summary>An array in memory. A value of this type is the array's address; it decays to a pointer, and an array of char also stands for its text.</summary>
/// <param name="Element">Its elements.</param>
/// <param name="Count">How many there are.</param>
public sealed record ArrayDType(DType Element, int Count) : DType
{
    /// <inheritdoc/>
    public override int Size => (int)Math.Min(int.MaxValue, (long)Element.Size * Count);

    /// <inheritdoc/>
    public override string ToString() => $"{Element}[{Count}]";
}
