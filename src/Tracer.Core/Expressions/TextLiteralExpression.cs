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
    }

    /// <summary>The text.</summary>
    public string Text { get; }
}
