using Tracer.Core.Expressions;
using Tracer.Core.Plans;

namespace Tracer.Core.Splitting;

/// <summary>
/// Splits the clauses that a backend cannot carry out at the hit: it records what they need (guards and frames stay with it, they decide whether there
/// is a hit at all), and the rest is done when the record arrives. Clauses that share a variable with such a clause are split too: a variable is in one place.
/// </summary>
public static class PlanSplitter
{
    /// <summary>Splits a plan; null when nothing has to be split.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="refuse">Why the backend cannot evaluate this node (its parts aside), in one clause; null when it can.</param>
    public static SplitPlan? Split(TracePlan plan, Func<Expression, string?> refuse)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(refuse);
        var clauses = plan.Sites.SelectMany(s => s.AllClauses).ToArray();
        var reasons = new Dictionary<Clause, string>(ReferenceEqualityComparer.Instance);
        var moved = new HashSet<Variable>();
        for (var before = -1; before != reasons.Count;)
        {
            before = reasons.Count;
            foreach (var clause in clauses.Where(c => !reasons.ContainsKey(c)))
            {
                if (ReasonOf(clause, refuse, moved) is not { } reason)
                    continue;
                reasons.Add(clause, reason);
                moved.UnionWith(Own(clause).SelectMany(ExpressionParts.VariablesOf));
            }
        }

        return reasons.Count == 0 ? null : Build(plan, refuse, reasons, moved);
    }

    // What a backend is asked about to learn whether it walks stacks itself.
    private static readonly GatheredExpression StackKey = new(0, StackType.Instance);

    private static SplitPlan Build(TracePlan plan, Func<Expression, string?> refuse, Dictionary<Clause, string> reasons, HashSet<Variable> moved)
    {
        var emissions = new List<Emission>();
        var origins = new List<int>();
        var split = new List<SplitClause>();
        var sites = plan.Sites.Select(s => s with
        {
            Clauses = [.. s.Clauses.Select(c => Convert(s, c))],
            Call = s.Call is { } call ? call with { Returns = [.. call.Returns.Select(c => Convert(s, c))] } : null,
        }).ToArray();
        // Which hits are events is not known before they are finished: their number is limited behind that.
        var atHit = new TracePlan(plan.Target, sites, emissions, plan.Activations, plan.TextLimit) { IsMetered = plan.IsMetered, Image = plan.Image };
        var pseudo = plan.Sites[0] with { Call = null, Clauses = [.. split.Select(c => c.Finish)] };
        var after = new TracePlan(plan.Target, [pseudo], plan.Emissions, [], plan.TextLimit);
        return new SplitPlan(plan, atHit, after, split, origins);

        Clause Convert(PlannedSite site, Clause clause)
        {
            if (reasons.TryGetValue(clause, out var reason))
                return SplitOf(site, clause, reason);
            if (clause.Emission is not { } emission)
                return clause;
            origins.Add(emission.Index);
            emissions.Add(emission.As(emissions.Count));
            return clause with { Emission = emissions[^1] };
        }

        Clause SplitOf(PlannedSite site, Clause clause, string reason)
        {
            var gatherer = new Gatherer(e => !ExpressionParts.Any(e, p => refuse(p) is not null || (p is VariableExpression v && moved.Contains(v.Variable))));
            var finish = new Clause
            {
                Condition = clause.Condition is null ? null : gatherer.Gather(clause.Condition),
                Actions = [.. clause.Actions.Select(a => Gather(a, gatherer))],
                Emission = clause.Emission?.With([.. clause.Emission.Values.Select(v => new PlannedValue(v.Name, gatherer.Gather(v.Expression)))]),
            };
            var gather = Emission.Gathering(emissions.Count, clause.Emission, site, gatherer.Values);
            origins.Add(clause.Emission?.Index ?? SplitPlan.NoEmission);
            emissions.Add(gather);
            split.Add(new SplitClause(clause, finish, gather, reason));
            return new Clause { Guard = clause.Guard, Restore = clause.Restore, Leave = clause.Leave, Emission = gather, Save = clause.Save, Enter = clause.Enter };
        }
    }

    private static ClauseAction Gather(ClauseAction action, Gatherer gatherer) => action switch
    {
        AggregateAction a => a with { Keys = Gather(a.Keys, gatherer), Value = a.Value is null ? null : gatherer.Gather(a.Value) },
        AssignAction a => new AssignAction(new VariableExpression(a.Target.Variable, Gather(a.Target.Keys, gatherer)), gatherer.Gather(a.Value))
        {
            Second = a.Second is null ? null : gatherer.Gather(a.Second),
        },
        _ => action,
    };

    private static ExpressionList Gather(ExpressionList list, Gatherer gatherer) => new([.. list.Select(gatherer.Gather)]);

    private static string? ReasonOf(Clause clause, Func<Expression, string?> refuse, HashSet<Variable> moved)
    {
        // Stacks are walked where events are read, unless frame pointers lead through them at the hit.
        var reason = clause.Actions.OfType<AggregateAction>().Any(a => a.Keys.Any(k => k.Type is StackType && k is not StackExpression { Chain: not null })) ? refuse(StackKey) : null;
        foreach (var expression in Own(clause))
        {
            ExpressionParts.Any(expression, e =>
            {
                reason ??= refuse(e) ?? (e is VariableExpression v && moved.Contains(v.Variable) ? $"{v.Variable} is kept where events are read" : null);
                return reason is not null;
            });
        }

        return reason;
    }

    // Guards, frames and what is saved in them are the hit's own business.
    private static IEnumerable<Expression> Own(Clause clause) => (clause with { Guard = null, Restore = null, Save = null }).Expressions;
}
