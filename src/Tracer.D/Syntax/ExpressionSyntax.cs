namespace Tracer.D.Syntax;

/// <summary>An expression as it is written: an immutable tree with the place of every node. Two trees of one text are equal.</summary>
/// <param name="Span">Where it is.</param>
/// <param name="DepthBelow">How deep the tree below is.</param>
public abstract record ExpressionSyntax(TextSpan Span, int DepthBelow)
{
    /// <summary>The deepest tree that is read, so that whoever walks trees may recurse.</summary>
    public const int MaximumDepth = 256;

    /// <summary>The number of nodes from here to the farthest leaf.</summary>
    public int Depth => DepthBelow + 1;

    /// <inheritdoc/>
    public sealed override string ToString() => SyntaxPrinter.Print(this);
}
