namespace Tracer.D.Syntax;

/// <summary>How the operators are written and how tightly they bind: C's table, with D's <c>^^</c> between <c>||</c> and <c>&amp;&amp;</c>.</summary>
public static class SyntaxOperators
{
    /// <summary>The precedence of <c>?:</c>, the loosest.</summary>
    public const int ConditionalPrecedence = 0;

    /// <summary>The precedence of the operators before an operand, tighter than any between two.</summary>
    public const int UnaryPrecedence = 12;

    private static readonly (string Text, int Precedence)[] Table =
    [
        ("||", 1), ("^^", 2), ("&&", 3), ("|", 4), ("^", 5), ("&", 6), ("==", 7), ("!=", 7), ("<", 8), ("<=", 8), (">", 8), (">=", 8),
        ("<<", 9), (">>", 9), ("+", 10), ("-", 10), ("*", 11), ("/", 11), ("%", 11),
    ];

    /// <summary>As it is written.</summary>
    public static string TextOf(BinarySyntaxOperator @operator) => Table[(int)@operator].Text;

    /// <summary>As it is written.</summary>
    public static string TextOf(UnarySyntaxOperator @operator) => "!~-+*&".Substring((int)@operator, 1);

    /// <summary>How tightly it binds: 1 to 11; all of one precedence associate to the left.</summary>
    public static int PrecedenceOf(BinarySyntaxOperator @operator) => Table[(int)@operator].Precedence;

    /// <summary>The operator between two operands that a token is.</summary>
    public static bool TryGetBinary(Token token, out BinarySyntaxOperator @operator)
    {
        var index = token.Kind == TokenKind.Punctuator ? Array.FindIndex(Table, t => t.Text == token.Text) : -1;
        @operator = (BinarySyntaxOperator)Math.Max(0, index);
        return index >= 0;
    }

    /// <summary>The operator before an operand that a token is.</summary>
    public static bool TryGetUnary(Token token, out UnarySyntaxOperator @operator)
    {
        var index = token.Kind == TokenKind.Punctuator && token.Text.Length == 1 ? "!~-+*&".IndexOf(token.Text[0], StringComparison.Ordinal) : -1;
        @operator = (UnarySyntaxOperator)Math.Max(0, index);
        return index >= 0;
    }
}
