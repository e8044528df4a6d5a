namespace Tracer.Core.Expressions;

/// <summary>
/// Text in target memory: NUL-terminated UTF-8 when <paramref name="Length"/> is null, else <paramref name="Length"/> characters of
/// <paramref name="Charset"/>. At most the plan's limit of bytes is read and a longer text is marked truncated; when a needed byte cannot be read the
/// value is a fault at the text's address. A null pointer is a fault at address 0.
/// </summary>
/// <param name="Address">Where the text starts, uint64.</param>
/// <param name="Length">Characters (bytes for UTF-8), uint64; null for NUL-terminated UTF-8.</param>
/// <param name="Charset">A <see cref="Expressions.Charset"/> value, uint64, known only at the hit in general; null for UTF-8.</param>
public sealed record TextExpression(Expression Address, Expression? Length = null, Expression? Charset = null) : Expression(TextType.Instance)
{
    /// <summary>The object whose text it is, where the text cannot change while that lives; null when that is not known. It says nothing about the value.</summary>
    public TextOwner? Owner { get; init; }
}
