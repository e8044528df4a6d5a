using System.Globalization;
using System.Text;

namespace Tracer.D.Syntax;

/// <summary>Prints a tree as a text that parses to the same tree, one blank on both sides of every operator between operands.</summary>
public static class SyntaxPrinter
{
    private const int Postfix = SyntaxOperators.UnaryPrecedence + 1;

    /// <summary>The expression as text.</summary>
    public static string Print(ExpressionSyntax expression)
    {
        var builder = new StringBuilder();
        Write(builder, expression, SyntaxOperators.ConditionalPrecedence);
        return builder.ToString();
    }

    /// <summary>A string as it is written between quotes.</summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var builder = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => builder.Append('\\').Append(c),
                '\n' => builder.Append("\\n"),
                '\t' => builder.Append("\\t"),
                < ' ' or '\u007f' => builder.Append('\\').Append(Convert.ToString(c, 8).PadLeft(3, '0')),
                _ => builder.Append(c),
            };
        }

        return builder.Append('"').ToString();
    }

    private static void Write(StringBuilder b, ExpressionSyntax expression, int precedence)
    {
        var own = PrecedenceOf(expression);
        b.Append(own < precedence ? "(" : "");
        WriteBare(b, expression, own);
        b.Append(own < precedence ? ")" : "");
    }

    private static void WriteBare(StringBuilder b, ExpressionSyntax expression, int own)
    {
        switch (expression)
        {
            case IntegerSyntax i:
                b.Append(i.Text);
                break;
            case CharacterSyntax c:
                if (c.Value is > ' ' and < 0x7f and not ('\'' or '\\'))
                    b.Append('\'').Append((char)c.Value).Append('\'');
                else
                    b.Append(CultureInfo.InvariantCulture, $"'\\x{(byte)c.Value:x2}'");
                break;
            case StringSyntax s:
                b.Append(Quote(s.Text));
                break;
            case NameSyntax n:
                b.Append(n.Name);
                break;
            case ParenthesizedSyntax p:
                b.Append('(');
                Write(b, p.Inner, SyntaxOperators.ConditionalPrecedence);
                b.Append(')');
                break;
            case UnarySyntax u:
                WriteUnary(b, u);
                break;
            case BinarySyntax n:
                Write(b, n.Left, own);
                b.Append(' ').Append(SyntaxOperators.TextOf(n.Operator)).Append(' ');
                Write(b, n.Right, own + 1);
                break;
            case ConditionalSyntax c:
                Write(b, c.Test, own + 1);
                b.Append(" ? ");
                Write(b, c.WhenTrue, own);
                b.Append(" : ");
                Write(b, c.WhenFalse, own);
                break;
            case CastSyntax c:
                b.Append('(').Append(c.Target).Append(')');
                Write(b, c.Operand, own);
                break;
            case SizeOfTypeSyntax s:
                b.Append("sizeof(").Append(s.Measured).Append(')');
                break;
            case SizeOfValueSyntax s:
                // sizeof (int)x would be the size of int and a stray x.
                b.Append("sizeof ");
                Write(b, s.Operand, s.Operand is CastSyntax ? Postfix : own);
                break;
            case MemberSyntax m:
                // 1.x would be a malformed number.
                Write(b, m.Target, m.Target is IntegerSyntax ? Postfix + 1 : own);
                b.Append(m.IsArrow ? "->" : ".").Append(m.Name);
                break;
            case IndexSyntax i:
                Write(b, i.Target, own);
                WriteList(b, '[', i.Indices, ']');
                break;
            case CallSyntax c:
                WriteList(b.Append(c.Name), '(', c.Arguments, ')');
                break;
            default:
                throw new InvalidOperationException($"{expression.GetType().Name} cannot be printed.");
        }
    }

    // Two signs in a row would be another token: - -x, & &x.
    private static void WriteUnary(StringBuilder b, UnarySyntax unary)
    {
        b.Append(SyntaxOperators.TextOf(unary.Operator));
        if (unary.Operand is UnarySyntax inner && inner.Operator == unary.Operator
            && unary.Operator is UnarySyntaxOperator.Negate or UnarySyntaxOperator.Plus or UnarySyntaxOperator.AddressOf)
            b.Append(' ');
        Write(b, unary.Operand, SyntaxOperators.UnaryPrecedence);
    }

    private static void WriteList(StringBuilder b, char open, SyntaxList items, char close)
    {
        b.Append(open);
        for (var k = 0; k < items.Count; k++)
        {
            b.Append(k == 0 ? "" : ", ");
            Write(b, items[k], SyntaxOperators.ConditionalPrecedence);
        }

        b.Append(close);
    }

    private static int PrecedenceOf(ExpressionSyntax expression) => expression switch
    {
        ConditionalSyntax => SyntaxOperators.ConditionalPrecedence,
        BinarySyntax b => SyntaxOperators.PrecedenceOf(b.Operator),
        UnarySyntax or CastSyntax or SizeOfTypeSyntax or SizeOfValueSyntax => SyntaxOperators.UnaryPrecedence,
        _ => Postfix,
    };
}
