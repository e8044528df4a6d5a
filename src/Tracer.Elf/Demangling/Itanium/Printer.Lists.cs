namespace Tracer.Elf.Demangling.Itanium;

/// <summary>Lists of parameters and arguments, and the expansion of packs.</summary>
internal sealed partial class Printer
{
    private void WriteParameters(IReadOnlyList<Node> parameters)
    {
        Append("(");
        if (parameters is not [{ Kind: NodeKind.Text, Text: "void" }])
            WriteList(parameters);
        Append(")");
    }

    // A pack may write nothing; then it has no comma either.
    private void WriteList(IReadOnlyList<Node> list)
    {
        int start = _out.Length;
        foreach (var item in list)
        {
            int before = _out.Length;
            if (before > start)
                Append(", ");
            int after = _out.Length;
            Write(item);
            if (_failed)
                return;
            if (_out.Length == after && after > before)
                _takenBackTo = _out.Length = before;
        }
    }

    private void WriteExpansion(Node pattern)
    {
        if (FindPack(pattern, 0) is not { } pack)
        {
            WriteOperand(pattern);
            Append("...");
            return;
        }
        int outer = _packIndex;
        int start = _out.Length;
        for (int i = 0; i < pack.List.Count && !_failed; i++)
        {
            int before = _out.Length;
            if (before > start)
                Append(", ");
            int after = _out.Length;
            _packIndex = i;
            Write(pattern);
            if (!_failed && _out.Length == after)
                _out.Length = before;
        }
        _packIndex = outer;
    }

    private Node? FindPack(Node? node, int depth)
    {
        if (node is null || depth > MaxDepth || ++_steps > MaxSteps)
        {
            _failed |= node is not null;
            return null;
        }
        if (node.Kind == NodeKind.Pack)
            return node;
        if (node.Kind is NodeKind.PackExpansion or NodeKind.Lambda or NodeKind.Text)
            return null;
        if ((FindPack(node.A, depth + 1) ?? FindPack(node.B, depth + 1) ?? FindPack(node.C, depth + 1)) is { } found)
            return found;
        foreach (var item in node.List)
        {
            if (FindPack(item, depth + 1) is { } pack)
                return pack;
        }
        return null;
    }
}
