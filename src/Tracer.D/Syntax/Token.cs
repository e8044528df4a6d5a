namespace Tracer.D.Syntax;

/// <summary>A token with its place and its value.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">As it is written.</param>
/// <param name="Span">Where it is.</param>
public readonly record struct Token(TokenKind Kind, string Text, TextSpan Span)
{
    /// <summary>The value of an integer or a character.</summary>
    public IntegerLiteral Integer { get; init; }

    /// <summary>The text of a string, escapes replaced.</summary>
    public string Decoded { get; init; } = "";

    /// <summary>Whether this is that operator or mark.</summary>
    public bool Is(string punctuator) => Kind == TokenKind.Punctuator && Text == punctuator;

    /// <summary>Whether this is that word.</summary>
    public bool IsWord(string word) => Kind == TokenKind.Name && Text == word;
}
