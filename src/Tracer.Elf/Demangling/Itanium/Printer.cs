using System.Globalization;
using System.Text;

namespace Tracer.Elf.Demangling.Itanium;

/// <summary>
/// Writes nodes as C++, in the way of binutils' c++filt. What is written before a declared name and what behind it are two passes over the
/// same nodes, as C++ declarators want it. Length, depth and steps are bounded: a short name can stand for a text of any size.
/// </summary>
internal sealed partial class Printer(bool withParameters)
{
    private const int MaxLength = 1 << 16;
    private const int MaxDepth = 512;
    private const int MaxSteps = 1 << 18;

    private readonly StringBuilder _out = new();
    private int _depth;
    private int _steps;
    private int _packIndex = -1;
    private int _takenBackTo = -1;
    private bool _failed;

    /// <summary>The text; null when it would be beyond all bounds.</summary>
    public string? Print(Node node)
    {
        if (!withParameters)
            node = NameOnly(node);
        Write(node);
        return _failed ? null : _out.ToString();
    }

    private static Node NameOnly(Node node) => node.Kind switch
    {
        NodeKind.Encoding => node.B!,
        NodeKind.Clone => NameOnly(node.A!),
        NodeKind.Qualifier when node.A!.Kind is NodeKind.Qualified or NodeKind.Template => node.A,
        _ => node,
    };

    private void Write(Node node)
    {
        WriteLeft(node);
        WriteRight(node);
    }

    private void WriteLeft(Node node)
    {
        if (++_depth > MaxDepth || ++_steps > MaxSteps || _out.Length > MaxLength)
            _failed = true;
        if (!_failed)
        {
            int outer = EnterElement(node);
            WriteLeftHere(Resolve(node, outer));
            _packIndex = outer;
        }
        _depth--;
    }

    private void WriteRight(Node node)
    {
        if (++_depth > MaxDepth || ++_steps > MaxSteps)
            _failed = true;
        if (!_failed)
        {
            int outer = EnterElement(node);
            WriteRightHere(Resolve(node, outer));
            _packIndex = outer;
        }
        _depth--;
    }

    // Packs within an element of a pack are whole.
    private int EnterElement(Node node)
    {
        int outer = _packIndex;
        if (node.Kind is NodeKind.Pack or NodeKind.Forward)
            _packIndex = -1;
        return outer;
    }

    private Node Resolve(Node node) => Resolve(node, _packIndex);

    // A pack within an expansion is its present element; a forward reference what it was found to be.
    private Node Resolve(Node node, int packIndex)
    {
        for (int hops = 0; hops < MaxDepth; hops++)
        {
            if (node.Kind == NodeKind.Forward && node.A is { } target)
                node = target;
            else if (node.Kind == NodeKind.Pack && packIndex >= 0 && packIndex < node.List.Count)
                (node, packIndex) = (node.List[packIndex], -1);
            else
                return node;
        }
        _failed = true;
        return node;
    }

    private void WriteLeftHere(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Pointer or NodeKind.LvalueReference or NodeKind.RvalueReference:
                WriteIndirectionLeft(node);
                break;
            case NodeKind.MemberPointer:
                WriteLeft(node.B!);
                Append(NeedsParentheses(node.B!) ? "(" : " ");
                Write(node.A!);
                Append("::*");
                break;
            case NodeKind.Qualifier:
                WriteLeft(node.A!);
                // A template argument may be const already.
                if (!IsFunction(node.A!))
                    Append(Resolve(node.A!) is { Kind: NodeKind.Qualifier } inner && inner.Text.Contains(node.Text, StringComparison.Ordinal) ? "" : node.Text);
                break;
            case NodeKind.Function:
                WriteLeft(node.A!);
                if (!HasRight(node.A!))
                    Append(" ");
                break;
            case NodeKind.Array:
                WriteLeft(node.A!);
                break;
            case NodeKind.Vector:
                Write(node.A!);
                Append(" __vector(");
                Write(node.B!);
                Append(")");
                break;
            case NodeKind.Decltype:
                Append("decltype (");
                Write(node.A!);
                Append(")");
                break;
            case NodeKind.Auto:
                Append(string.Create(CultureInfo.InvariantCulture, $"auto:{node.Number}"));
                break;
            case NodeKind.Pack:
                WriteList(node.List);
                break;
            case NodeKind.PackExpansion:
                WriteExpansion(node.A!);
                break;
            default:
                if (node.Kind >= NodeKind.Literal)
                    WriteExpression(node);
                else
                    WriteName(node);
                break;
        }
    }

    private void WriteRightHere(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Pointer or NodeKind.LvalueReference or NodeKind.RvalueReference:
                WriteIndirectionRight(node);
                break;
            case NodeKind.MemberPointer:
                if (NeedsParentheses(node.B!))
                    Append(")");
                WriteRight(node.B!);
                break;
            case NodeKind.Qualifier:
                WriteRight(node.A!);
                if (IsFunction(node.A!))
                    Append(node.Text);
                break;
            case NodeKind.Function:
                WriteParameters(node.List);
                Append(node.Extra);
                Append(node.Text);
                WriteRight(node.A!);
                break;
            case NodeKind.Array:
                Append(_out.Length > 0 && _out[^1] == ']' ? "[" : " [");
                Write(node.B!);
                Append("]");
                WriteRight(node.A!);
                break;
        }
    }

    private void WriteIndirectionLeft(Node node)
    {
        int outer = _packIndex;
        var target = Collapse(node, out string symbol);
        WriteLeft(target);
        if (IsFunction(target))
            Append("(");
        else if (IsArray(target))
            Append(" (");
        Append(symbol);
        _packIndex = outer;
    }

    private void WriteIndirectionRight(Node node)
    {
        int outer = _packIndex;
        var target = Collapse(node, out _);
        if (NeedsParentheses(target))
            Append(")");
        WriteRight(target);
        _packIndex = outer;
    }

    // A reference to a reference, which template arguments make, is one: && only when both are. Goes into elements of packs.
    private Node Collapse(Node node, out string symbol)
    {
        bool isPointer = node.Kind == NodeKind.Pointer, isLvalue = node.Kind == NodeKind.LvalueReference;
        var target = Descend(node.A!);
        for (int hops = 0; !isPointer && target.Kind is NodeKind.LvalueReference or NodeKind.RvalueReference && hops < MaxDepth; hops++)
        {
            isLvalue |= target.Kind == NodeKind.LvalueReference;
            target = Descend(target.A!);
        }
        symbol = isPointer ? "*" : isLvalue ? "&" : "&&";
        return target;
    }

    private Node Descend(Node node)
    {
        int outer = EnterElement(node);
        return Resolve(node, outer);
    }

    private bool NeedsParentheses(Node node) => IsFunction(node) || IsArray(node);

    private bool IsFunction(Node node) => Unqualified(node).Kind == NodeKind.Function;

    private bool IsArray(Node node) => Unqualified(node).Kind == NodeKind.Array;

    private Node Unqualified(Node node)
    {
        node = Resolve(node);
        for (int hops = 0; node.Kind == NodeKind.Qualifier && hops < MaxDepth; hops++)
            node = Resolve(node.A!);
        return node;
    }

    private bool HasRight(Node node)
    {
        node = Unqualified(node);
        for (int hops = 0; hops < MaxDepth; hops++)
        {
            switch (node.Kind)
            {
                case NodeKind.Function or NodeKind.Array:
                    return true;
                case NodeKind.Pointer or NodeKind.LvalueReference or NodeKind.RvalueReference:
                    node = Unqualified(node.A!);
                    break;
                case NodeKind.MemberPointer:
                    node = Unqualified(node.B!);
                    break;
                default:
                    return false;
            }
        }
        return false;
    }

    private void Append(string text) => _out.Append(text);
}
