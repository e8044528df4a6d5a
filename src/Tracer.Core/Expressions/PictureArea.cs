namespace Tracer.Core.Expressions;

/// <summary>
/// Memory that a picture copies: items one behind the other, and where in each of them pointers to objects are. All parts are uint64.
/// </summary>
/// <param name="Address">Where the first item is; 0 is nowhere.</param>
/// <param name="Count">How many items there are. Of more than <see cref="PictureExpression.MaximumBytes"/> bytes the first are copied.</param>
/// <param name="Stride">Bytes from an item to the next.</param>
/// <param name="Pointer">Where in an item a pointer is; <see cref="NoPointer"/> when there is none.</param>
/// <param name="SecondPointer">Where another is, likewise.</param>
public sealed record PictureArea(Expression Address, Expression Count, Expression Stride, Expression Pointer, Expression SecondPointer)
{
    /// <summary>An item without a pointer.</summary>
    public static Expression NoPointer { get; } = Build.Constant(ulong.MaxValue);

    /// <summary>So many bytes.</summary>
    public static PictureArea Bytes(Expression address, Expression count) => new(address, count, Build.Constant(1), NoPointer, NoPointer);

    /// <summary>So many pointers.</summary>
    public static PictureArea Pointers(Expression address, Expression count) => new(address, count, Build.Constant(sizeof(ulong)), Build.Constant(0), NoPointer);

    /// <summary>How many <see cref="Parts"/> there are.</summary>
    public const int PartCount = 5;

    /// <summary>The parts in the order of the constructor.</summary>
    public Expression[] Parts => [Address, Count, Stride, Pointer, SecondPointer];

    /// <summary>The area with other parts.</summary>
    public static PictureArea Of(ReadOnlySpan<Expression> parts) => new(parts[0], parts[1], parts[2], parts[3], parts[4]);
}
