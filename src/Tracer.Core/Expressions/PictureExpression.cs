namespace Tracer.Core.Expressions;

/// <summary>
/// A picture of a few objects of the target and of what they refer to, copied at the hit, each once, breadth first, until <see cref="Capacity"/> or
/// <see cref="MaximumObjects"/> is reached; it is read later, when the target has gone on (see <c>Pictures/</c>). What cannot be read is left out.
/// </summary>
/// <param name="Start">Areas that are copied first; their pointers lead to objects. Evaluated over the hit.</param>
/// <param name="Roots">Addresses of further first objects, uint64; 0 is none.</param>
/// <param name="Shape">What is copied of an object.</param>
/// <param name="Format">What reads the picture.</param>
public sealed record PictureExpression(IReadOnlyList<PictureArea> Start, ExpressionList Roots, PictureShape Shape, PictureType Format) : Expression(Format)
{
    /// <summary>The most bytes of a picture.</summary>
    public const int Capacity = 32 * 1024;

    /// <summary>The most bytes that are copied of an area.</summary>
    public const int MaximumBytes = 640;

    /// <summary>The most items of an area whose pointers are followed.</summary>
    public const int MaximumItems = 24;

    /// <summary>The most objects.</summary>
    public const int MaximumObjects = 128;

    /// <summary>The most variables of a shape, the object itself included.</summary>
    public const int MaximumVariables = 10;
}
