using Tracer.D.Diagnostics;

namespace Tracer.D.Syntax;

/// <summary>Text to tokens. Takes any text: what is no token is a diagnostic and is passed over.</summary>
internal sealed class Lexer
{
    // The longest first: the first that fits is taken.
    private static readonly string[] Punctuators =
    [
        "<<=", ">>=", "^^=", "->", "++", "--", "&&", "||", "^^", "==", "!=", "<=", ">=", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
        "?", ":", "|", "^", "&", "<", ">", "+", "-", "*", "/", "%", "!", "~", "(", ")", "[", "]", "{", "}", ",", ".", ";", "=", "@",
    ];

    private readonly string _text;
    private readonly DiagnosticList _diagnostics;
    private readonly List<Token> _tokens = [];
    private int _position;

    private Lexer(string text, DiagnosticList diagnostics) => (_text, _diagnostics) = (text, diagnostics);

    /// <summary>All tokens, the last one <see cref="TokenKind.EndOfText"/>.</summary>
    public static IReadOnlyList<Token> Read(string text, DiagnosticList diagnostics)
    {
        var lexer = new Lexer(text, diagnostics);
        while (lexer.ReadNext())
        {
        }

        lexer._tokens.Add(new Token(TokenKind.EndOfText, "", new TextSpan(text.Length, 0)));
        return lexer._tokens;
    }

    private bool ReadNext()
    {
        while (_position < _text.Length && char.IsWhiteSpace(_text[_position]))
            _position++;
        if (_position == _text.Length)
            return false;

        var c = _text[_position];
        if (c == '/' && (Peek(1) is '*' or '/'))
            SkipComment();
        else if (IsNameStart(c))
            Add(TokenKind.Name, End(_position, IsNamePart));
        else if (c == '$')
            ReadMacro();
        else if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
            Take(NumberReader.Read(_text, _position, _diagnostics));
        else if (c is '"' or '\'')
            Take(QuotedReader.Read(_text, _position, _diagnostics));
        else if (Array.Find(Punctuators, p => string.CompareOrdinal(_text, _position, p, 0, p.Length) == 0) is { } punctuator)
            Add(TokenKind.Punctuator, _position + punctuator.Length);
        else
            Refuse();
        return true;
    }

    private void SkipComment()
    {
        var line = Peek(1) == '/';
        var end = _text.IndexOf(line ? "\n" : "*/", _position + 2, StringComparison.Ordinal);
        if (end < 0 && !line)
            _diagnostics.Add(DiagnosticIds.BadCharacter, "the comment is not closed", new TextSpan(_position, 2), "close it with */");
        _position = end < 0 ? _text.Length : end + (line ? 1 : 2);
    }

    private void ReadMacro()
    {
        var start = Peek(1) == '$' ? _position + 2 : _position + 1;
        var end = End(start, IsNamePart);
        if (end == start)
            _diagnostics.Add(DiagnosticIds.BadCharacter, "a name or a number is missing after '$'", new TextSpan(_position, end - _position));
        Add(TokenKind.Macro, end);
    }

    private void Refuse()
    {
        var length = char.IsHighSurrogate(_text[_position]) && char.IsLowSurrogate(Peek(1)) ? 2 : 1;
        var hint = _text[_position] == '`' ? "symbols of the kernel and of libraries are not available in an expression" : null;
        var shown = char.IsControl(_text[_position]) || char.IsSurrogate(_text[_position]) && length == 1
            ? $"U+{(int)_text[_position]:X4}" : $"'{_text.Substring(_position, length)}'";
        _diagnostics.Add(DiagnosticIds.BadCharacter, $"{shown} begins nothing in this language", new TextSpan(_position, length), hint);
        _position += length;
    }

    private void Add(TokenKind kind, int end) => Take(new Token(kind, _text[_position..end], new TextSpan(_position, end - _position)));

    private void Take(Token token)
    {
        _tokens.Add(token);
        _position = token.Span.End;
    }

    private int End(int start, Func<char, bool> belongs)
    {
        while (start < _text.Length && belongs(_text[start]))
            start++;
        return start;
    }

    private char Peek(int ahead) => _position + ahead < _text.Length ? _text[_position + ahead] : '\0';

    private static bool IsNameStart(char c) => c == '_' || char.IsLetter(c);

    private static bool IsNamePart(char c) => c == '_' || char.IsLetterOrDigit(c);
}
