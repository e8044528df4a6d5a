using Tracer.Core.Expressions;

namespace Tracer.D.Binding;

/// <summary>A value of an interpreter's language: it can be shown, and nothing is computed with it.</summary>
/// <param name="Type">Its type at the hit.</param>
public sealed record PictureDType(PictureType Type) : DType
{
    /// <inheritdoc/>
    public override string ToString() => "value";
}
