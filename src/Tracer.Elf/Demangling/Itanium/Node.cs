namespace Tracer.Elf.Demangling.Itanium;

/// <summary>A node of a demangled name. Substitutions make the nodes a graph without cycles, but for the parser's bugs, which the printer's bounds catch.</summary>
internal sealed class Node(NodeKind kind)
{
    public NodeKind Kind { get; } = kind;
    public string Text { get; set; } = "";
    public Node? A { get; set; }
    public Node? B { get; set; }
    public Node? C { get; set; }
    public IReadOnlyList<Node> List { get; set; } = [];
    public int Number { get; set; }

    /// <summary>The longer form of a standard name; the qualifiers of a function (" const", " &amp;").</summary>
    public string Extra { get; set; } = "";

    /// <summary>The name that constructors of a standard name have.</summary>
    public string Base { get; set; } = "";

    public static Node Name(string text) => new(NodeKind.Text) { Text = text };

    /// <summary>The name of the class's constructors: its own without scope, arguments and tags.</summary>
    public string ConstructorName()
    {
        var node = this;
        for (int hops = 0; hops < 64; hops++)
        {
            switch (node.Kind)
            {
                case NodeKind.Text:
                    return node.Text;
                case NodeKind.StandardName:
                    return node.Base;
                case NodeKind.Qualified or NodeKind.Local:
                    node = node.B!;
                    break;
                case NodeKind.Template or NodeKind.Tagged:
                    node = node.A!;
                    break;
                default:
                    return "";
            }
        }
        return "";
    }
}
