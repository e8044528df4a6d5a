using System.Globalization;
using System.Text;

namespace Tracer.Core.Expressions;

/// <summary>Prints an expression in one line: <c>string(load8(load8(rbx+32)+120)+48)</c>. Used by <c>-vv</c>, tests and diagnostics.</summary>
public static class ExpressionPrinter
{
    /// <summary>The expression as text.</summary>
    public static string Print(Expression expression)
    {
        var builder = new StringBuilder();
        Write(builder, expression);
        return builder.ToString();
    }

    private static void Write(StringBuilder b, Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression c:
                WriteConstant(b, c);
                break;
            case RegisterExpression r:
                b.Append(r.Register.ToString().ToLowerInvariant());
                break;
            case VectorExpression v:
                b.Append(v.Register == Elf.X64Register.Xmm0 || v.Register > Elf.X64Register.Xmm0 ? $"xmm{v.Register - Elf.X64Register.Xmm0}" : "xmm?");
                break;
            case LoadExpression l:
                Call(b, (l.Loaded.Signed ? "loads" : "load") + l.Loaded.Size.ToString(CultureInfo.InvariantCulture), l.Address);
                break;
            case UnaryExpression u:
                b.Append(u.Operator switch { UnaryOperator.Negate => '-', UnaryOperator.Complement => '~', _ => '!' });
                Write(b, u.Operand);
                break;
            case BinaryExpression n:
                WriteBinary(b, n);
                break;
            case ConvertExpression c:
                Call(b, c.Target.ToString(), c.Operand);
                break;
            case ConditionalExpression c:
                b.Append('(');
                Write(b, c.Test);
                b.Append(" ? ");
                Write(b, c.WhenTrue);
                b.Append(" : ");
                Write(b, c.WhenFalse);
                b.Append(')');
                break;
            case IterateExpression i:
                WriteLoop(b, i);
                break;
            case LoopVariableExpression v:
                b.Append('v').Append(v.Index);
                break;
            case SavedExpression s:
                b.Append("saved").Append(s.Slot);
                break;
            case OwnedExpression o:
                Write(b, o.Value);
                break;
            case FloatExpression f:
                Call(b, f.Format.ToString(), f.Bits);
                break;
            case TextExpression t:
                Call(b, "string", [t.Address, .. Optional(t.Length), .. Optional(t.Charset)]);
                break;
            case BuiltInExpression i:
                b.Append(NameOf(i.Value));
                break;
            case ParameterExpression p:
                b.Append(CultureInfo.InvariantCulture, $"parameter{p.Index}");
                break;
            case GatheredExpression g:
                b.Append(CultureInfo.InvariantCulture, $"value{g.Index}");
                break;
            case PictureExpression p:
                b.Append(CultureInfo.InvariantCulture, $"picture({string.Join(", ", p.Start.Select(a => Print(a.Address)))})");
                break;
            case StackExpression s:
                b.Append(s.Chain is null ? string.Create(CultureInfo.InvariantCulture, $"stack({s.Bytes})") : "stack(by frame pointers)");
                break;
            case TextLiteralExpression l:
                b.Append('"').Append(l.Text).Append('"');
                break;
            case TextCompareExpression c:
                b.Append('(');
                Write(b, c.Left);
                b.Append(SymbolOf(c.Operator));
                Write(b, c.Right);
                b.Append(')');
                break;
            case VariableExpression { Keys.Count: 0 } v:
                b.Append(v.Variable).Append(v.Field == 0 ? "" : ".second");
                break;
            case VariableExpression v:
                b.Append(v.Variable).Append('[');
                for (var k = 0; k < v.Keys.Count; k++)
                {
                    b.Append(k == 0 ? "" : ", ");
                    Write(b, v.Keys[k]);
                }

                b.Append(']').Append(v.Field == 0 ? "" : ".second");
                break;
            case UnavailableExpression u:
                b.Append("<unavailable: ").Append(u.Reason).Append('>');
                break;
            default:
                b.Append(expression.GetType().Name);
                break;
        }
    }

    private static Expression[] Optional(Expression? expression) => expression is null ? [] : [expression];

    private static void WriteConstant(StringBuilder b, ConstantExpression c)
    {
        if (c.Integer.Signed)
            b.Append((long)c.Value);
        else if (c.Value < 0x10000)
            b.Append(c.Value);
        else
            b.Append(CultureInfo.InvariantCulture, $"0x{c.Value:x}");
    }

    private static void WriteBinary(StringBuilder b, BinaryExpression n)
    {
        if (n is { Operator: BinaryOperator.Add, Right: ConstantExpression { Integer.Size: 8 } displacement })
        {
            Write(b, n.Left);
            b.Append(CultureInfo.InvariantCulture, $"{(long)displacement.Value:+0;-0;+0}");
            return;
        }

        b.Append('(');
        Write(b, n.Left);
        b.Append(SymbolOf(n.Operator));
        Write(b, n.Right);
        b.Append(')');
    }

    private static void WriteLoop(StringBuilder b, IterateExpression i)
    {
        b.Append("loop(");
        for (var k = 0; k < i.Initial.Count; k++)
        {
            b.Append(k == 0 ? "v" : ", v").Append(k).Append(" = ");
            Write(b, i.Initial[k]);
        }

        b.Append("; while ");
        Write(b, i.While);
        for (var k = 0; k < i.Next.Count; k++)
        {
            b.Append(k == 0 ? "; v" : ", v").Append(k).Append(" = ");
            Write(b, i.Next[k]);
        }

        b.Append("; ");
        Write(b, i.Result);
        b.Append(')');
    }

    private static void Call(StringBuilder b, string name, params ReadOnlySpan<Expression> arguments)
    {
        b.Append(name).Append('(');
        for (var k = 0; k < arguments.Length; k++)
        {
            if (k > 0)
                b.Append(", ");
            Write(b, arguments[k]);
        }

        b.Append(')');
    }

    /// <summary>The operator as C writes it, with a blank on both sides.</summary>
    private static string SymbolOf(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Add => " + ",
        BinaryOperator.Subtract => " - ",
        BinaryOperator.Multiply => " * ",
        BinaryOperator.Divide => " / ",
        BinaryOperator.Remainder => " % ",
        BinaryOperator.And => " & ",
        BinaryOperator.Or => " | ",
        BinaryOperator.Xor => " ^ ",
        BinaryOperator.ShiftLeft => " << ",
        BinaryOperator.ShiftRight => " >> ",
        BinaryOperator.Equal => " == ",
        BinaryOperator.NotEqual => " != ",
        BinaryOperator.Less => " < ",
        BinaryOperator.LessOrEqual => " <= ",
        BinaryOperator.LogicalAnd => " && ",
        _ => " || ",
    };

    private static string NameOf(BuiltInValue value) => value switch
    {
        BuiltInValue.ProcessId => "pid",
        BuiltInValue.ThreadId => "tid",
        BuiltInValue.ParentProcessId => "ppid",
        BuiltInValue.UserId => "uid",
        BuiltInValue.GroupId => "gid",
        BuiltInValue.ThreadTime => "vtimestamp",
        BuiltInValue.ProbeProvider => "probeprov",
        BuiltInValue.ProbeModule => "probemod",
        BuiltInValue.ProbeName => "probename",
        _ => value.ToString().ToLowerInvariant(),
    };
}
