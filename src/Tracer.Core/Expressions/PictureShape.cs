namespace Tracer.Core.Expressions;

/// <summary>
/// What a picture copies of an object. The object's address is loop variable 0; variables 1 and up are evaluated one after the other and may use those
/// before them; one that cannot be evaluated is 0.
/// </summary>
/// <param name="PointerMask">What of a pointer is an address: references may have a tag.</param>
/// <param name="Variables">The variables from 1 on, each uint64.</param>
/// <param name="Links">Addresses of other objects, each uint64; 0 is none.</param>
/// <param name="Areas">What is copied, in order; an area that cannot be evaluated is left out.</param>
public sealed record PictureShape(ulong PointerMask, IReadOnlyList<Expression> Variables, IReadOnlyList<Expression> Links, IReadOnlyList<PictureArea> Areas)
{
    /// <summary>The object's address.</summary>
    public static Expression Object { get; } = new LoopVariableExpression(0);
}
