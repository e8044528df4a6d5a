using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tracer.Core.Expressions;

/// <summary>What an expression is made of, in one place: whoever walks trees walks them by this.</summary>
public static class ExpressionParts
{
    /// <summary>The direct parts, in the order of their evaluation.</summary>
    public static Expression[] Of(Expression expression) => expression switch
    {
        LoadExpression l => [l.Address],
        UnaryExpression u => [u.Operand],
        BinaryExpression b => [b.Left, b.Right],
        TextCompareExpression c => [c.Left, c.Right],
        ConvertExpression c => [c.Operand],
        ConditionalExpression c => [c.Test, c.WhenTrue, c.WhenFalse],
        FloatExpression f => [f.Bits],
        OwnedExpression o => [o.Value],
        IterateExpression i => [.. i.Initial, i.While, .. i.Next, i.Result],
        TextExpression { Length: { } length, Charset: { } charset } t => [t.Address, length, charset],
        TextExpression { Length: { } length } t => [t.Address, length],
        TextExpression t => [t.Address],
        VariableExpression v => [.. v.Keys],
        PictureExpression p => [.. p.Start.SelectMany(a => a.Parts), .. p.Roots],
        _ => [],
    };

    /// <summary>
    /// What an expression is apart from its parts: two with the same label and equal parts have the same value at a hit. Null for those that need more than that to be told apart (variables,
    /// pictures, what is kept of an owner) and for those that only programs of probes have.
    /// </summary>
    public static string? LabelOf(Expression expression) => expression switch
    {
        ConstantExpression c => string.Create(CultureInfo.InvariantCulture, $"{c.Type}:{c.Value}"),
        RegisterExpression r => string.Create(CultureInfo.InvariantCulture, $"reg{(int)r.Register}"),
        VectorExpression v => string.Create(CultureInfo.InvariantCulture, $"reg{(int)v.Register}"),
        LoadExpression l => $"load {l.Loaded}",
        UnaryExpression u => $"unary {u.Operator}",
        BinaryExpression b => $"binary {b.Operator}",
        ConvertExpression c => $"to {c.Target}",
        ConditionalExpression => "if",
        FloatExpression f => $"{f.Format}",
        IterateExpression i => string.Create(CultureInfo.InvariantCulture, $"loop {i.Limit} {i.Initial.Count}"),
        TextExpression => "text",
        LoopVariableExpression v => string.Create(CultureInfo.InvariantCulture, $"v{v.Index}"),
        BuiltInExpression b => $"builtin {b.Value}",
        TextLiteralExpression l => $"literal {l.Text}",
        TextCompareExpression c => $"compare {c.Operator}",
        StackExpression { Chain: { } chain } => $"frames {chain.Start}",
        StackExpression s => string.Create(CultureInfo.InvariantCulture, $"stack {s.Bytes}"),
        SavedExpression s => string.Create(CultureInfo.InvariantCulture, $"saved{s.Slot}"),
        UnavailableExpression => "unavailable",
        _ => null,
    };

    /// <summary>The first part, or the expression itself, that <paramref name="find"/> takes; parts shared by reference are looked at once.</summary>
    public static bool TryFind(Expression? expression, Func<Expression, bool> find, [NotNullWhen(true)] out Expression? found)
    {
        ArgumentNullException.ThrowIfNull(find);
        found = expression is null ? null : Search(expression, find, new HashSet<Expression>(ReferenceEqualityComparer.Instance));
        return found is not null;
    }

    /// <summary>Whether the expression or any part of it satisfies a condition.</summary>
    public static bool Any(Expression? expression, Func<Expression, bool> condition) => TryFind(expression, condition, out _);

    /// <summary>The variables that an expression reads.</summary>
    public static IReadOnlyList<Variable> VariablesOf(Expression expression)
    {
        var found = new List<Variable>();
        Any(expression, e =>
        {
            if (e is VariableExpression v)
                found.Add(v.Variable);
            return false;
        });
        return found;
    }

    /// <summary>The expression with parts replaced: where <paramref name="replace"/> gives an expression it stands in, and is not looked into.</summary>
    public static Expression Replace(Expression expression, Func<Expression, Expression?> replace)
    {
        ArgumentNullException.ThrowIfNull(replace);
        var done = new Dictionary<Expression, Expression>(ReferenceEqualityComparer.Instance);
        return Walk(expression);

        Expression Walk(Expression e)
        {
            if (done.TryGetValue(e, out var known))
                return known;
            var made = replace(e) ?? Rebuild(e, Walk);
            done.Add(e, made);
            return made;
        }
    }

    private static Expression? Search(Expression expression, Func<Expression, bool> find, HashSet<Expression> seen)
    {
        if (!seen.Add(expression))
            return null;
        if (find(expression))
            return expression;
        foreach (var part in Of(expression))
        {
            if (Search(part, find, seen) is { } found)
                return found;
        }

        return null;
    }

    private static Expression Rebuild(Expression expression, Func<Expression, Expression> walk)
    {
        var parts = Of(expression);
        var made = Array.ConvertAll(parts, p => walk(p));
        if (made.AsSpan().SequenceEqual(parts, ReferenceEqualityComparer.Instance))
            return expression;
        return expression switch
        {
            LoadExpression l => l with { Address = made[0] },
            UnaryExpression u => u with { Operand = made[0] },
            BinaryExpression b => new BinaryExpression(b.Operator, made[0], made[1]),
            TextCompareExpression c => new TextCompareExpression(c.Operator, made[0], made[1]),
            ConvertExpression c => c with { Operand = made[0] },
            ConditionalExpression => new ConditionalExpression(made[0], made[1], made[2]),
            FloatExpression f => f with { Bits = made[0] },
            OwnedExpression o => new OwnedExpression(made[0], o.Owner with { Object = walk(o.Owner.Object) }, walk(o.Key)),
            IterateExpression i => new IterateExpression(
                i.Limit, new ExpressionList(made.AsSpan(0, i.Initial.Count)), made[i.Initial.Count], new ExpressionList(made.AsSpan(i.Initial.Count + 1, i.Next.Count)), made[^1]),
            TextExpression t => new TextExpression(made[0], made.Length > 1 ? made[1] : null, made.Length > 2 ? made[2] : null)
            {
                Owner = t.Owner is { } owner ? owner with { Object = walk(owner.Object) } : null,
            },
            VariableExpression v => new VariableExpression(v.Variable, new ExpressionList(made)) { Field = v.Field },
            PictureExpression p => p with
            {
                Start = [.. made[..^p.Roots.Count].Chunk(PictureArea.PartCount).Select(a => PictureArea.Of(a))],
                Roots = new ExpressionList(made.AsSpan(made.Length - p.Roots.Count)),
            },
            _ => throw new InvalidOperationException($"{expression.GetType().Name} has parts and is not rebuilt."),
        };
    }
}
