namespace Tracer.Core.Expressions;

/// <summary>Constant text. It holds no NUL, like all text that is compared.</summary>
public sealed record TextLiteralExpression : Expression
{
    /// <summary>Makes the literal.</summary>
    /// <exception cref="ArgumentException">The text holds a NUL.</exception>
    public TextLiteralExpression(string text)
        : base(TextType.Instance)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("Text cannot hold a NUL.", nameof(text));
        Text = text;
        Utf8 = System.Text.Encoding.UTF8.GetBytes(text);
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The text as UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>
    /// Whether it is the name of the probe at a site, in a place where nothing is computed from it: sites that differ in it alone can be served alike.
    /// </summary>
    public bool IsNameOfSite { get; init; }

    /// <inheritdoc/>
    public bool Equals(TextLiteralExpression? other) => other is not null && Text == other.Text && IsNameOfSite == other.IsNameOfSite;

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Text, StringComparison.Ordinal);
}
