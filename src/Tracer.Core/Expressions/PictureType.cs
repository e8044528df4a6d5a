using Tracer.Core.Pictures;

namespace Tracer.Core.Expressions;

/// <summary>A picture of the target's memory, which a runtime turns into text where events are read. It can be shown; nothing is computed with it.</summary>
/// <param name="Format">What reads it.</param>
public sealed record PictureType(IPictureFormat Format) : ExpressionType
{
    /// <inheritdoc/>
    public override string ToString() => "value";
}
