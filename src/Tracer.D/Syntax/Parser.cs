using Tracer.D.Diagnostics;

namespace Tracer.D.Syntax;

/// <summary>
/// Tokens to a syntax tree, by precedence climbing. It stops at the first thing it did not expect: what follows would be guesses. Statements and
/// clauses will be read by classes beside it that share <see cref="TokenStream"/>.
/// </summary>
internal sealed partial class Parser
{
    /// <summary>The longest text that is read.</summary>
    public const int LongestText = 64 * 1024;

    // What stands in for an expression behind an error; nobody binds it.
    private static readonly ExpressionSyntax Missing = new NameSyntax("", default);

    private readonly TokenStream _tokens;
    private int _depth;

    private Parser(TokenStream tokens) => _tokens = tokens;

    /// <summary>One expression, and nothing behind it; null when there are diagnostics.</summary>
    public static ExpressionSyntax? Parse(string text, DiagnosticList diagnostics)
    {
        var parser = Open(text, diagnostics);
        var expression = parser?.ParseExpression();
        parser?._tokens.ExpectEnd();
        return diagnostics.Any ? null : expression;
    }

    /// <summary>One expression or several with commas between them; empty when there are diagnostics.</summary>
    public static IReadOnlyList<ExpressionSyntax> ParseList(string text, DiagnosticList diagnostics)
    {
        var items = new List<ExpressionSyntax>();
        if (Open(text, diagnostics) is { } parser)
        {
            do
                items.Add(parser.ParseExpression());
            while (parser._tokens.TryTake(","));
            parser._tokens.ExpectEnd();
        }

        return diagnostics.Any ? [] : items;
    }

    private static Parser? Open(string text, DiagnosticList diagnostics)
    {
        if (text.Length > LongestText)
        {
            diagnostics.Add(DiagnosticIds.TooLarge, $"the text is longer than {LongestText} characters", default);
            return null;
        }

        var tokens = Lexer.Read(text, diagnostics);
        return diagnostics.Any ? null : new Parser(new TokenStream(tokens, diagnostics));
    }

    private ExpressionSyntax ParseExpression()
    {
        if (!TryDescend())
            return Missing;
        var expression = ParseBinary(1);
        if (_tokens.TryTake("?"))
        {
            var whenTrue = ParseExpression();
            _tokens.Expect(":", "':' and the other value of '?'");
            var whenFalse = ParseExpression();
            expression = Made(new ConditionalSyntax(expression, whenTrue, whenFalse, expression.Span.To(whenFalse.Span)));
        }

        _depth--;
        return expression;
    }

    private ExpressionSyntax ParseBinary(int precedence)
    {
        var left = ParseUnary();
        while (SyntaxOperators.TryGetBinary(_tokens.Current, out var @operator) && SyntaxOperators.PrecedenceOf(@operator) is var own && own >= precedence)
        {
            _tokens.Take();
            var right = ParseBinary(own + 1);
            left = Made(new BinarySyntax(@operator, left, right, left.Span.To(right.Span)));
        }

        return left;
    }

    private ExpressionSyntax ParseUnary()
    {
        if (!TryDescend())
            return Missing;
        var first = _tokens.Current;
        ExpressionSyntax expression;
        if (SyntaxOperators.TryGetUnary(first, out var @operator))
        {
            _tokens.Take();
            var operand = ParseUnary();
            expression = Made(new UnarySyntax(@operator, operand, first.Span.To(operand.Span)));
        }
        else if (first.IsWord("sizeof"))
        {
            expression = ParseSizeOf();
        }
        else if (first.Is("(") && TryParseCastType(out var type))
        {
            var operand = ParseUnary();
            expression = Made(new CastSyntax(type, operand, first.Span.To(operand.Span)));
        }
        else
        {
            expression = ParsePostfix();
        }

        _depth--;
        return expression;
    }

    private ExpressionSyntax ParseSizeOf()
    {
        var word = _tokens.Take();
        if (_tokens.Current.Is("(") && TypeReader.TryRead(_tokens.Ahead(1)) is var (type, length) && TypeReader.IsCertain(type) && _tokens.Ahead(1 + length)[0].Is(")"))
        {
            _tokens.Skip(1 + length);
            return new SizeOfTypeSyntax(type, word.Span.To(_tokens.Take().Span));
        }

        var operand = ParseUnary();
        return Made(new SizeOfValueSyntax(operand, word.Span.To(operand.Span)));
    }

    private bool TryDescend()
    {
        // A level of parentheses is an expression and an operand.
        if (_depth < 2 * ExpressionSyntax.MaximumDepth)
        {
            _depth++;
            return true;
        }

        TooDeep(_tokens.Current.Span);
        return false;
    }

    private T Made<T>(T expression)
        where T : ExpressionSyntax
    {
        if (expression.Depth > ExpressionSyntax.MaximumDepth)
            TooDeep(expression.Span with { Length = 1 });
        return expression;
    }

    private void TooDeep(TextSpan span) =>
        _tokens.Fail(DiagnosticIds.TooLarge, $"the expression is nested deeper than {ExpressionSyntax.MaximumDepth}", span);
}
