using System.Collections;

namespace Tracer.Core.Expressions;

/// <summary>An immutable list of expressions that compares by value.</summary>
public sealed class ExpressionList : IReadOnlyList<Expression>, IEquatable<ExpressionList>
{
    private readonly Expression[] _items;

    /// <summary>Copies the items.</summary>
    public ExpressionList(params ReadOnlySpan<Expression> items) => _items = items.ToArray();

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public Expression this[int index] => _items[index];

    /// <inheritdoc/>
    public bool Equals(ExpressionList? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ExpressionList);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in _items)
            hash.Add(item);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<Expression> GetEnumerator() => ((IEnumerable<Expression>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
}
