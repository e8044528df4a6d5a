using System.Collections;

namespace Tracer.D.Syntax;

/// <summary>An immutable list of expressions that compares by value.</summary>
public sealed class SyntaxList(IEnumerable<ExpressionSyntax> items) : IReadOnlyList<ExpressionSyntax>, IEquatable<SyntaxList>
{
    private readonly ExpressionSyntax[] _items = [.. items];

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <summary>The depth of the deepest item; zero when there is none.</summary>
    public int Depth => _items.Select(i => i.Depth).DefaultIfEmpty(0).Max();

    /// <inheritdoc/>
    public ExpressionSyntax this[int index] => _items[index];

    /// <inheritdoc/>
    public bool Equals(SyntaxList? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SyntaxList);

    /// <inheritdoc/>
    public override int GetHashCode() => _items.Aggregate(_items.Length, HashCode.Combine);

    /// <inheritdoc/>
    public IEnumerator<ExpressionSyntax> GetEnumerator() => _items.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
