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
        foreach (var rune in text.EnumerateRunes())
        {
            RuneCount++;
            GreatestRune = Math.Max(GreatestRune, rune.Value);
        }
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The text as UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>How many characters it has.</summary>
    public int RuneCount { get; }

    /// <summary>The greatest of its characters' numbers; 0 for the empty text.</summary>
    public int GreatestRune { get; }

    /// <summary>How many units it has in a character set, bytes for UTF-8; null when the set lacks one of its characters or is none.</summary>
    public int? UnitsIn(Charset charset) => charset switch
    {
        Charset.Utf8 => Utf8.Length,
        Charset.Latin1 when GreatestRune <= byte.MaxValue => RuneCount,
        Charset.Ucs2 when GreatestRune <= ushort.MaxValue => RuneCount,
        Charset.Ucs4 => RuneCount,
        _ => null,
    };

    /// <summary>
    /// Whether it is the name of the probe at a site, in a place where nothing is computed from it: sites that differ in it alone can be served alike.
    /// </summary>
    public bool IsNameOfSite { get; init; }

    /// <inheritdoc/>
    public bool Equals(TextLiteralExpression? other) => other is not null && Text == other.Text && IsNameOfSite == other.IsNameOfSite;

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Text, StringComparison.Ordinal);
}
