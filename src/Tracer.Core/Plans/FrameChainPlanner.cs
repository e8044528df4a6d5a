using Tracer.Core.Aggregations;
using Tracer.Core.Expressions;
using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Elf.Dwarf.Frames;

namespace Tracer.Core.Plans;

/// <summary>Lets the stacks that are keys of a plan be walked by frame pointers at the hit, instead of being copied.</summary>
public static class FrameChainPlanner
{
    /// <summary>Whether any table has a stack among its keys.</summary>
    public static bool HasStackKeys(TracePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Aggregations.Any(a => a.Keys.Any(k => k.Type is StackType));
    }

    /// <summary>Whether every stack among the keys is the only one of its table and stands beside integers only, as a backend's key of frames must.</summary>
    public static bool AllowsChains(TracePlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Aggregations.All(a => AllowsChain(a) || !a.Keys.Any(k => k.Type is StackType));
    }

    /// <summary>The plan with chains of frame pointers for its stacks, where the keys allow it.</summary>
    public static TracePlan WithChains(TracePlan plan, FramePointerCode code)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var tables = new Dictionary<TargetModule, FrameTable>(ReferenceEqualityComparer.Instance);
        var sites = plan.Sites.Select(s => s with { Clauses = [.. s.Clauses.Select(c => c with { Actions = [.. c.Actions.Select(a => Convert(a, s))] })] });
        return plan.With([.. sites], plan.Emissions);

        ClauseAction Convert(ClauseAction action, PlannedSite site)
        {
            if (action is not AggregateAction aggregate || !AllowsChain(aggregate.Aggregation))
                return action;
            var module = site.Location.Module;
            if (!tables.TryGetValue(module, out var table))
                tables.Add(module, table = FrameTable.Load(module.Image));
            var chain = new FrameChain(FrameStart.At(module.Image, table, site.Location.ImageAddress), code);
            return aggregate with { Keys = new ExpressionList([.. aggregate.Keys.Select(k => k is StackExpression s ? s with { Chain = chain } : k)]) };
        }
    }

    private static bool AllowsChain(Aggregation aggregation) => aggregation.Keys.Count(k => k.Type is not IntegerType) == 1 && aggregation.Keys.Any(k => k.Type is StackType);
}
