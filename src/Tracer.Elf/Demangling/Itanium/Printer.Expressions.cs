using System.Globalization;

namespace Tracer.Elf.Demangling.Itanium;

/// <summary>Expressions.</summary>
internal sealed partial class Printer
{
    private void WriteExpression(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Literal:
                WriteLiteral(node);
                break;
            case NodeKind.Unary:
                Append(node.Text);
                // The address of a function that is qualified is written without its parameters, by c++filt and so by us.
                if (node.Text == "&" && Resolve(node.A!) is { Kind: NodeKind.Encoding, A: null, B.Kind: NodeKind.Qualified } function)
                    Write(function.B!);
                else
                    WriteOperand(node.A!);
                break;
            case NodeKind.Postfix:
                WriteOperand(node.A!);
                Append(node.Text);
                break;
            case NodeKind.Binary:
                // A bare > would end the arguments around.
                bool wraps = node.Text == ">";
                Append(wraps ? "(" : "");
                WriteOperand(node.A!);
                Append(node.Text);
                WriteOperand(node.B!);
                Append(wraps ? ")" : "");
                break;
            case NodeKind.Index:
                WriteOperand(node.A!);
                Append("[");
                Write(node.B!);
                Append("]");
                break;
            case NodeKind.Conditional:
                WriteOperand(node.A!);
                Append("?");
                WriteOperand(node.B!);
                Append(" : ");
                WriteOperand(node.C!);
                break;
            case NodeKind.Call:
                if (node.A is { } called)
                    WriteOperand(Resolve(called) is { Kind: NodeKind.Encoding, B: { } name } ? name : called);
                Append("(");
                WriteList(node.List);
                Append(")");
                break;
            case NodeKind.Cast:
                Append("(");
                Write(node.A!);
                Append(")");
                if (node.List is [var only])
                {
                    WriteOperand(only);
                }
                else
                {
                    Append("(");
                    WriteList(node.List);
                    Append(")");
                }
                break;
            case NodeKind.NamedCast:
                Append(node.Text + "<");
                Write(node.A!);
                Append(">(");
                Write(node.B!);
                Append(")");
                break;
            case NodeKind.BracedList:
                if (node.A is not null)
                    Write(node.A);
                Append("{");
                WriteList(node.List);
                Append("}");
                break;
            case NodeKind.PackLength:
                Append((FindPack(node.A, 0)?.List.Count ?? 0).ToString(CultureInfo.InvariantCulture));
                break;
            case NodeKind.TypeOperator:
                Append(node.Text + "(");
                Write(node.A!);
                Append(")");
                break;
            case NodeKind.New:
                WriteNew(node);
                break;
            case NodeKind.Fold:
                WriteFold(node);
                break;
        }
    }

    private void WriteOperand(Node node)
    {
        bool isSimple = Resolve(node) is { Kind: NodeKind.Text or NodeKind.StandardName or NodeKind.BracedList or NodeKind.Tagged }
            or { Kind: NodeKind.Qualified, B.Kind: not NodeKind.Template };
        Append(isSimple ? "" : "(");
        Write(node);
        Append(isSimple ? "" : ")");
    }

    private void WriteLiteral(Node node)
    {
        bool isNegative = node.Text.StartsWith('n');
        string digits = isNegative ? "-" + node.Text[1..] : node.Text;
        string type = Resolve(node.A!) is { Kind: NodeKind.Text } builtin ? builtin.Text : "";
        if (BuiltinTypes.LiteralSuffix(type) is { } suffix)
        {
            Append(digits + suffix);
        }
        else if (type == "bool" && node.Text is "0" or "1")
        {
            Append(node.Text == "1" ? "true" : "false");
        }
        else
        {
            Append("(");
            Write(node.A!);
            // The digits of floating literals are those of their bytes.
            Append(type is "float" or "double" or "long double" or "__float128" ? $")[{digits}]" : ")" + digits);
        }
    }

    private void WriteNew(Node node)
    {
        Append(node.Text);
        if (node.List.Count > 0)
        {
            Append("(");
            WriteList(node.List);
            Append(") ");
        }
        Write(node.A!);
        if (node.B is not null)
            Write(node.B);
    }

    private void WriteFold(Node node)
    {
        Append("(");
        switch ((char)node.Number)
        {
            case 'l':
                Append("..." + node.Text);
                WriteOperand(node.A!);
                break;
            case 'r':
                WriteOperand(node.A!);
                Append(node.Text + "...");
                break;
            default:
                WriteOperand(node.A!);
                Append(node.Text + "..." + node.Text);
                WriteOperand(node.B!);
                break;
        }
        Append(")");
    }
}
