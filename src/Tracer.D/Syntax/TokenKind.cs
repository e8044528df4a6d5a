namespace Tracer.D.Syntax;

/// <summary>The kinds of token.</summary>
public enum TokenKind
{
    /// <summary>Behind the last token.</summary>
    EndOfText,
    /// <summary>A name or a word of the language: <c>funcname</c>, <c>sizeof</c>.</summary>
    Name,
    /// <summary>An integer: <c>42</c>, <c>0x2aULL</c>.</summary>
    Integer,
    /// <summary>A number with a fraction or an exponent, which the language lexes and nothing can compute with.</summary>
    Float,
    /// <summary>A character: <c>'a'</c>.</summary>
    Character,
    /// <summary>A string: <c>"fib"</c>.</summary>
    String,
    /// <summary>A macro argument of a script: <c>$1</c>, <c>$$1</c>, <c>$target</c>.</summary>
    Macro,
    /// <summary>An operator or a mark.</summary>
    Punctuator,
}
