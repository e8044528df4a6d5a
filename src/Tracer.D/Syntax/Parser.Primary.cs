using System.Diagnostics.CodeAnalysis;
using Tracer.D.Diagnostics;

namespace Tracer.D.Syntax;

/// <summary>Operands: names, literals, parentheses, casts and what follows an operand.</summary>
internal sealed partial class Parser
{
    private ExpressionSyntax ParsePostfix()
    {
        var expression = ParsePrimary();
        while (true)
        {
            if (_tokens.Current.Is(".") || _tokens.Current.Is("->"))
            {
                var arrow = _tokens.Take().Text == "->";
                var name = _tokens.ExpectName("the name of a member");
                expression = Made(new MemberSyntax(expression, arrow, name.Text, name.Span, expression.Span.To(name.Span)));
            }
            else if (_tokens.Current.Is("["))
            {
                _tokens.Take();
                var indices = ParseArguments("]");
                expression = Made(new IndexSyntax(expression, indices, expression.Span.To(_tokens.Last.Span)));
            }
            else if (_tokens.Current.Is("(") && expression is NameSyntax function)
            {
                _tokens.Take();
                var arguments = _tokens.Current.Is(")") ? new SyntaxList([]) : null;
                if (arguments is not null)
                    _tokens.Take();
                arguments ??= ParseArguments(")");
                expression = Made(new CallSyntax(function.Name, function.Span, arguments, function.Span.To(_tokens.Last.Span)));
            }
            else
            {
                return expression;
            }
        }
    }

    private ExpressionSyntax ParsePrimary()
    {
        var token = _tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                _tokens.Take();
                return new NameSyntax(token.Text, token.Span);
            case TokenKind.Integer:
                _tokens.Take();
                return new IntegerSyntax(token.Integer, token.Text, token.Span);
            case TokenKind.Character:
                _tokens.Take();
                return new CharacterSyntax((int)token.Integer.Value, token.Span);
            case TokenKind.String:
                _tokens.Take();
                return new StringSyntax(token.Decoded, token.Span);
            case TokenKind.Punctuator when token.Text == "(":
                _tokens.Take();
                var inner = ParseExpression();
                var close = _tokens.Expect(")", "')'");
                return Made(new ParenthesizedSyntax(inner, token.Span.To(close.Span)));
            case TokenKind.Float:
                _tokens.Fail(DiagnosticIds.Float, "floating-point numbers cannot be computed with", token.Span);
                return Missing;
            case TokenKind.Macro:
                _tokens.Fail(DiagnosticIds.NotAvailable, $"{token.Text} is an argument of a script and is not available in an expression", token.Span);
                return Missing;
            default:
                _tokens.FailUnexpected("an operand");
                return Missing;
        }
    }

    private SyntaxList ParseArguments(string close)
    {
        var items = new List<ExpressionSyntax>();
        do
            items.Add(ParseExpression());
        while (_tokens.TryTake(","));
        _tokens.Expect(close, $"',' or '{close}'");
        return new SyntaxList(items);
    }

    // At '(': the type of a cast, taken with its parentheses. A parameter may be called like a type or like anything else, so (name) is a cast
    // only where an operand follows that no operator could join: (string)arg0, but not (string) == "x" nor (count) - 1.
    private bool TryParseCastType([NotNullWhen(true)] out TypeSyntax? type)
    {
        type = null;
        if (TypeReader.TryRead(_tokens.Ahead(1)) is not var (found, length) || !_tokens.Ahead(1 + length)[0].Is(")"))
            return false;
        var next = _tokens.Ahead(2 + length)[0];
        var operandFollows = next.Kind is not (TokenKind.EndOfText or TokenKind.Punctuator) || next.Is("(") || SyntaxOperators.TryGetUnary(next, out _);
        var onlyOperand = next.Kind is not (TokenKind.EndOfText or TokenKind.Punctuator) || next.Is("~") || next.Is("!");
        if (TypeReader.IsCertain(found) ? length == 1 && !operandFollows : !onlyOperand)
            return false;
        _tokens.Skip(2 + length);
        type = found;
        return true;
    }
}
