using Tracer.Core.Expressions;

namespace Tracer.Uprobes.Compilation;

/// <summary>
/// Finds what an event's values have in common. What is found is evaluated once, before the values, with its status, so that a failure hits
/// exactly the values that need it. Only expressions that some value evaluates for certain are taken: nothing is read that would not be.
/// </summary>
internal static class SharedExpressions
{
    /// <summary>Numbers of the memory-reading integers that are used at least twice, parts before wholes; at most <paramref name="most"/>.</summary>
    /// <param name="graph">The expressions' numbers.</param>
    /// <param name="values">What is evaluated for certain.</param>
    /// <param name="most">The most that are taken.</param>
    /// <param name="later">What may be evaluated after that: it uses what is shared, and makes nothing certain.</param>
    public static IReadOnlyList<int> Find(ExpressionGraph graph, IEnumerable<Expression> values, int most, IEnumerable<Expression>? later = null)
    {
        var uses = new Dictionary<int, int>();
        var certain = new HashSet<int>();
        foreach (var value in values)
            Visit(graph.IdOf(value), true);
        foreach (var value in later ?? [])
            Visit(graph.IdOf(value), false);
        return [.. uses.Where(u => u.Value >= 2 && certain.Contains(u.Key)).Select(u => u.Key).Where(IsWorthIt).Order().Take(most)];

        // The parts of a shared expression are used once through it, however often it is used; they are looked at again only when the
        // first use was uncertain and this one is not.
        void Visit(int id, bool isCertain)
        {
            var isNew = !uses.TryGetValue(id, out var count);
            uses[id] = count + 1;
            var isNewlyCertain = isCertain && certain.Add(id);
            if (!isNew && !isNewlyCertain)
                return;
            var node = graph[id];
            for (var k = 0; k < node.Children.Length; k++)
                Visit(node.Children[k], isCertain && k < node.CertainChildren);
        }

        bool IsWorthIt(int id)
        {
            var node = graph[id];
            return node is { ReadsMemory: true, HasLoopVariable: false, Expression: not (TextExpression or FloatExpression or StackExpression or PictureExpression) };
        }
    }
}
