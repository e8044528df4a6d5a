using Tracer.Core.Aggregations;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>
/// Which values of a plan depend on the target's memory: by loads and texts of their own, by a saved frame whose value was loaded, or by a variable that was
/// assigned something loaded.
/// </summary>
internal sealed class MemoryDependence
{
    private readonly Clause[] _clauses;
    private readonly Dictionary<Emission, FrameStore> _stores = [];
    private readonly HashSet<(FrameStore Store, int Slot)> _slots = [];
    private readonly HashSet<Variable> _variables = [];

    public MemoryDependence(TracePlan plan)
    {
        _clauses = [.. plan.Sites.SelectMany(s => s.AllClauses)];
        foreach (var clause in _clauses)
        {
            if (clause is { Emission: { } emission, Restore: { } restore })
                _stores[emission] = restore.Store;
        }

        // What depends on memory can make more depend on it, until nothing is added.
        while (_clauses.Any(Spread))
        {
        }
    }

    /// <summary>For each value of an emission whether it depends on memory.</summary>
    public bool[] Of(Emission emission)
    {
        _stores.TryGetValue(emission, out var store);
        return [.. emission.Values.Select(v => Depends(v.Expression, store))];
    }

    /// <summary>Whether a key, a value or a condition of an aggregation depends on memory.</summary>
    public bool Of(Aggregation aggregation) => _clauses.Any(c => c.Actions.OfType<AggregateAction>().Any(a => a.Aggregation == aggregation
        && (a.Keys.Append(a.Value).Append(c.Condition)).Any(e => e is not null && Depends(e, c.Restore?.Store))));

    private bool Spread(Clause clause)
    {
        var store = clause.Restore?.Store;
        var grown = false;
        foreach (var assign in clause.Actions.OfType<AssignAction>())
            grown |= (Depends(assign.Value, store) || (assign.Second is not null && Depends(assign.Second, store)) || assign.Target.Keys.Any(k => Depends(k, store))) && _variables.Add(assign.Target.Variable);
        if (clause.Save is { } save)
        {
            for (var k = 0; k < save.Values.Count; k++)
                grown |= Depends(save.Values[k], store) && _slots.Add((save.Store, k));
        }

        return grown;
    }

    private bool Depends(Expression expression, FrameStore? store) => ExpressionParts.Any(expression, e => e switch
    {
        LoadExpression or TextExpression or PictureExpression => true,
        SavedExpression s => store is not null && _slots.Contains((store, s.Slot)),
        VariableExpression v => _variables.Contains(v.Variable),
        _ => false,
    });
}
