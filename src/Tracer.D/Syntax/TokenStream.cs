using Tracer.D.Diagnostics;

namespace Tracer.D.Syntax;

/// <summary>
/// Tokens with a place in them. The first failure is reported and moves the place to the end, so that a parser winds up by itself without
/// reporting what follows from it.
/// </summary>
internal sealed class TokenStream(IReadOnlyList<Token> tokens, DiagnosticList diagnostics)
{
    private const string EndWanted = "an operator or the end";

    private readonly Token[] _tokens = [.. tokens];
    private int _position;
    private bool _failed;

    /// <summary>The token at the place.</summary>
    public Token Current => _tokens[_position];

    /// <summary>The token before the place; the first when nothing was taken.</summary>
    public Token Last => _tokens[Math.Max(0, _position - 1)];

    /// <summary>The tokens from so many ahead on; never empty, the last one is the end.</summary>
    public ReadOnlySpan<Token> Ahead(int count) => _tokens.AsSpan(Math.Min(_position + count, _tokens.Length - 1));

    /// <summary>Takes the token at the place; the end stays.</summary>
    public Token Take()
    {
        var token = Current;
        Skip(1);
        return token;
    }

    /// <summary>Passes over tokens, at most to the end.</summary>
    public void Skip(int count) => _position = Math.Min(_position + count, _tokens.Length - 1);

    /// <summary>Takes that mark when it is there.</summary>
    public bool TryTake(string punctuator)
    {
        if (!Current.Is(punctuator))
            return false;
        Take();
        return true;
    }

    /// <summary>Takes that mark, or fails; <paramref name="what"/> is what the user is told was expected.</summary>
    public Token Expect(string punctuator, string what)
    {
        if (!Current.Is(punctuator))
            FailUnexpected(what);
        return Take();
    }

    /// <summary>Takes a name, or fails.</summary>
    public Token ExpectName(string what)
    {
        if (Current.Kind != TokenKind.Name)
            FailUnexpected(what);
        return Take();
    }

    /// <summary>Fails unless everything was taken.</summary>
    public void ExpectEnd()
    {
        if (Current.Kind != TokenKind.EndOfText)
            FailUnexpected(EndWanted);
    }

    /// <summary>Fails at the place because something else was expected.</summary>
    public void FailUnexpected(string what)
    {
        var token = Current;
        var (id, message, hint) = token.Text switch
        {
            "" when token.Kind == TokenKind.EndOfText => (DiagnosticIds.Syntax, $"{what} was expected, not the end", null),
            "=" => (DiagnosticIds.NotAvailable, "nothing can be assigned in an expression", "== compares"),
            "+=" or "-=" or "*=" or "/=" or "%=" or "&=" or "|=" or "^=" or "^^=" or "<<=" or ">>=" or "++" or "--" =>
                (DiagnosticIds.NotAvailable, $"'{token.Text}' assigns, and nothing can be assigned in an expression", (string?)null),
            "@" => (DiagnosticIds.NotAvailable, "aggregations are not available in an expression", null),
            "," when what == EndWanted => (DiagnosticIds.Syntax, $"{what} was expected, not ','", "here is room for one expression only"),
            _ => (DiagnosticIds.Syntax, $"{what} was expected, not {Shown(token)}", null),
        };
        Fail(id, message, token.Span, hint);
    }

    /// <summary>Reports the first failure and moves to the end.</summary>
    public void Fail(string id, string message, TextSpan span, string? hint = null)
    {
        if (!_failed)
            diagnostics.Add(id, message, span, hint);
        _failed = true;
        _position = _tokens.Length - 1;
    }

    private static string Shown(Token token) => token.Text.Length > 40 ? $"'{token.Text[..40]}...'" : token.Kind == TokenKind.String ? token.Text : $"'{token.Text}'";
}
