using Tracer.Core.Expressions;
using Tracer.Core.Plans;
using Tracer.Core.Probes;

namespace Tracer.Ptrace.Hits;

/// <summary>A site's clauses, with what a hit needs to know of them worked out once.</summary>
internal sealed class SitePlan
{
    public SitePlan(PlannedSite site, Dictionary<FrameStore, int> stores)
    {
        Clauses = [.. site.Clauses.Select(c => new PreparedClause(c, IndexOf(c.Restore?.Store), IndexOf(c.Save?.Store)))];
        NeedsVectors = Clauses.Any(c => c.Expressions.Any(e => ExpressionParts.Any(e, p => p is VectorExpression)));

        int IndexOf(FrameStore? store)
        {
            if (store is null) return -1;
            if (!stores.TryGetValue(store, out var index)) stores.Add(store, index = stores.Count);
            return index;
        }
    }

    public PreparedClause[] Clauses { get; }

    /// <summary>Whether any expression reads xmm, which costs one more ptrace call.</summary>
    public bool NeedsVectors { get; }

    internal sealed record PreparedClause(Clause Clause, int RestoreStore, int SaveStore)
    {
        public IEnumerable<Expression?> Expressions =>
            [Clause.Guard, Clause.Restore?.Key, Clause.Save?.Key, .. Clause.Save?.Values ?? [], .. Clause.Emission?.Values.Select(v => v.Expression) ?? []];
    }
}
