namespace Tracer.D.Binding;

/// <summary>A struct or union in memory. A value of this type is its address; only its members can be had.</summary>
/// <param name="Name">As it is written: <c>struct request</c>.</param>
/// <param name="ByteSize">Its size; zero when only its name is known.</param>
/// <param name="Key">What the <see cref="IDebugTypes"/> that made it knows it by.</param>
public sealed record StructDType(string Name, int ByteSize, object? Key = null) : DType
{
    /// <inheritdoc/>
    public override int Size => ByteSize;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
