using System.Text;

namespace Tracer.D.Syntax;

/// <summary>
/// Prints the structure of a tree, parentheses left out: <c>(+ 1 (* 2 x))</c>. For tests and for looking at what the parser made of a text.
/// </summary>
public static class SyntaxOutline
{
    /// <summary>The structure as text.</summary>
    public static string Of(ExpressionSyntax expression)
    {
        var builder = new StringBuilder();
        Write(builder, expression);
        return builder.ToString();
    }

    private static void Write(StringBuilder b, ExpressionSyntax expression)
    {
        switch (expression)
        {
            case ParenthesizedSyntax p:
                Write(b, p.Inner);
                break;
            case UnarySyntax u:
                List(b, SyntaxOperators.TextOf(u.Operator), u.Operand);
                break;
            case BinarySyntax n:
                List(b, SyntaxOperators.TextOf(n.Operator), n.Left, n.Right);
                break;
            case ConditionalSyntax c:
                List(b, "?", c.Test, c.WhenTrue, c.WhenFalse);
                break;
            case CastSyntax c:
                List(b, $"cast<{c.Target}>", c.Operand);
                break;
            case SizeOfValueSyntax s:
                List(b, "sizeof", s.Operand);
                break;
            case MemberSyntax m:
                List(b, (m.IsArrow ? "->" : ".") + m.Name, m.Target);
                break;
            case IndexSyntax i:
                List(b, "[]", [i.Target, .. i.Indices]);
                break;
            case CallSyntax c:
                List(b, c.Name + "()", [.. c.Arguments]);
                break;
            default:
                b.Append(SyntaxPrinter.Print(expression));
                break;
        }
    }

    private static void List(StringBuilder b, string head, params ReadOnlySpan<ExpressionSyntax> parts)
    {
        b.Append('(').Append(head);
        foreach (var part in parts)
        {
            b.Append(' ');
            Write(b, part);
        }

        b.Append(')');
    }
}
