using System.Globalization;

namespace Tracer.Elf.Demangling.Itanium;

/// <summary>Names.</summary>
internal sealed partial class Printer
{
    private void WriteName(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Text or NodeKind.StandardName:
                Append(node.Text);
                break;
            case NodeKind.Qualified or NodeKind.Local:
                Write(node.A!);
                Append("::");
                Write(node.B!);
                break;
            case NodeKind.Template:
                Write(node.A!);
                WriteArguments(node.List);
                break;
            case NodeKind.Encoding:
                WriteEncoding(node);
                break;
            case NodeKind.Special:
                Append(node.Text);
                Write(node.A!);
                break;
            case NodeKind.ConstructionTable:
                Append("construction vtable for ");
                Write(node.A!);
                Append("-in-");
                Write(node.B!);
                break;
            case NodeKind.Constructor or NodeKind.Destructor:
                Append(node.Kind == NodeKind.Destructor ? "~" : "");
                WriteConstructorName(node.A!);
                break;
            case NodeKind.Conversion:
                Append("operator ");
                Write(node.A!);
                break;
            case NodeKind.LiteralOperator:
                Append("operator\"\" ");
                Write(node.A!);
                break;
            case NodeKind.Lambda:
                Append("{lambda");
                WriteParameters(node.List);
                Append(string.Create(CultureInfo.InvariantCulture, $"#{node.Number}}}"));
                break;
            case NodeKind.Unnamed:
                Append(string.Create(CultureInfo.InvariantCulture, $"{{unnamed type#{node.Number}}}"));
                break;
            case NodeKind.Tagged:
                Write(node.A!);
                Append($"[abi:{node.Text}]");
                break;
            case NodeKind.DefaultArgument:
                Append(string.Create(CultureInfo.InvariantCulture, $"{{default arg#{node.Number}}}::"));
                Write(node.A!);
                break;
            case NodeKind.Bindings:
                Append("[");
                WriteList(node.List);
                Append("]");
                break;
            case NodeKind.Clone:
                Write(node.A!);
                Append($" [clone {node.Text}]");
                break;
        }
    }

    private void WriteConstructorName(Node scope)
    {
        string name = Resolve(scope).ConstructorName();
        if (name.Length > 0)
        {
            Append(name);
            return;
        }
        // The constructor of a closure or of a template's parameter.
        var last = Resolve(scope);
        Write(last is { Kind: NodeKind.Qualified or NodeKind.Local, B: { } inner } ? inner : last);
    }

    private void WriteArguments(IReadOnlyList<Node> arguments)
    {
        if (_out.Length > 0 && _out[^1] == '<')
            Append(" ");
        Append("<");
        int outer = _packIndex;
        WriteList(arguments);
        _packIndex = outer;
        // c++filt forgets what its last letter was when it takes back a comma.
        Append(_out.Length > 0 && _out[^1] == '>' && _takenBackTo != _out.Length ? " >" : ">");
    }

    private void WriteEncoding(Node node)
    {
        if (node.A is { } returned)
        {
            WriteLeft(returned);
            if (!HasRight(returned))
                Append(" ");
        }
        Write(node.B!);
        WriteParameters(node.List);
        Append(node.Extra);
        if (node.A is not null)
            WriteRight(node.A);
    }
}
