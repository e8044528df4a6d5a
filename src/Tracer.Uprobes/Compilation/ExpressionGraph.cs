using System.Globalization;
using Tracer.Core.Expressions;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Numbers expressions so that equal ones have one number, children before parents. Trees that share nodes by reference are walked once
/// a node, which keeps trees small that would be huge when written out.
/// </summary>
internal sealed class ExpressionGraph
{
    private readonly Dictionary<Expression, int> _byReference = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _byContent = new(StringComparer.Ordinal);
    private readonly List<Node> _nodes = [];
    private readonly List<Variable> _variables = [];

    /// <summary>The node of that number.</summary>
    public Node this[int id] => _nodes[id];

    /// <summary>The number of an expression.</summary>
    public int IdOf(Expression expression)
    {
        if (_byReference.TryGetValue(expression, out var id))
            return id;
        var parts = ExpressionParts.Of(expression);
        var children = Array.ConvertAll(parts, IdOf);
        var content = $"{Describe(expression)}({string.Join(',', children)})";
        if (!_byContent.TryGetValue(content, out id))
        {
            id = _nodes.Count;
            _nodes.Add(NodeOf(expression, children));
            _byContent.Add(content, id);
        }

        _byReference.Add(expression, id);
        return id;
    }

    private Node NodeOf(Expression expression, int[] children)
    {
        var readsMemory = expression is LoadExpression or IterateExpression or TextExpression or TextCompareExpression or VariableExpression or StackExpression or PictureExpression || children.Any(c => _nodes[c].ReadsMemory);
        // A loop binds its variables: seen from outside it has none. Its first values are evaluated outside and may have an outer loop's.
        var open = expression switch
        {
            LoopVariableExpression => true,
            IterateExpression loop => children.Take(loop.Initial.Count).Any(c => _nodes[c].HasLoopVariable),
            _ => children.Any(c => _nodes[c].HasLoopVariable),
        };
        var certain = expression switch
        {
            ConditionalExpression => 1,
            BinaryExpression { Operator: BinaryOperator.LogicalAnd or BinaryOperator.LogicalOr } => 1,
            IterateExpression loop => loop.Initial.Count,
            _ => children.Length,
        };
        return new Node(expression, children, certain, readsMemory, open);
    }

    // Where equal parts do not make equal values, the number of something tells them apart.
    private string Describe(Expression expression) => expression switch
    {
        OwnedExpression o => string.Create(CultureInfo.InvariantCulture, $"owned {IdOf(o.Owner.Object)} {IdOf(o.Key)}"),
        TextLiteralExpression { IsNameOfSite: true } => "site literal",
        VariableExpression v => string.Create(CultureInfo.InvariantCulture, $"variable {IdOf(v.Variable)} {v.Field}"),
        PictureExpression => string.Create(CultureInfo.InvariantCulture, $"picture {_nodes.Count}"),
        _ => ExpressionParts.LabelOf(expression) ?? throw new CompilationException($"the expression {expression} is not known to the ebpf backend"),
    };

    private int IdOf(Variable variable)
    {
        var id = _variables.IndexOf(variable);
        if (id < 0)
        {
            id = _variables.Count;
            _variables.Add(variable);
        }

        return id;
    }

    /// <summary>An expression with its parts.</summary>
    /// <param name="Expression">One of the equal expressions.</param>
    /// <param name="Children">Its parts.</param>
    /// <param name="CertainChildren">How many of the first parts are evaluated whenever it is; the others depend on values.</param>
    /// <param name="ReadsMemory">Whether evaluating it reads the target's memory.</param>
    /// <param name="HasLoopVariable">Whether it uses a variable of a loop around it.</param>
    internal sealed record Node(Expression Expression, int[] Children, int CertainChildren, bool ReadsMemory, bool HasLoopVariable);
}
