using System.Globalization;
using System.Text;
using Tracer.Core.Plans;
using Tracer.Core.Probes;
using Tracer.Uprobes.Compilation;

namespace Tracer.Uprobes;

/// <summary>Finds the sites of a plan whose clauses are equal apart from the emissions' indices: they run one program.</summary>
internal static class SiteGroups
{
    /// <summary>The groups of instructions, in the order of their first site; what is watched is in none.</summary>
    public static IReadOnlyList<IReadOnlyList<PlannedSite>> Of(TracePlan plan, ExpressionGraph graph)
    {
        var stores = new Dictionary<FrameStore, int>(ReferenceEqualityComparer.Instance);
        var nestings = new Dictionary<CallNesting, int>(ReferenceEqualityComparer.Instance);
        return [.. plan.Sites.Where(s => !s.IsWatched).GroupBy(KeyOf).Select(g => g.ToArray())];

        string KeyOf(PlannedSite site)
        {
            var first = ProgramCompiler.FirstEmission(site);
            var key = new StringBuilder();
            Add(site.Clauses);
            if (site.Call is not { } call)
                return key.ToString();
            key.Append("calls ");
            Add(call.Entries);
            key.Append("returns ");
            Add(call.Returns);
            return key.ToString();

            void Add(IReadOnlyList<Clause> clauses)
            {
                foreach (var clause in clauses)
                    AddClause(key, clause, first);
            }
        }

        void AddClause(StringBuilder key, Clause clause, int first)
        {
            if (clause.Guard is { } guard)
                key.Append(CultureInfo.InvariantCulture, $"if {graph.IdOf(guard)};");
            if (clause.Restore is { } restore)
                key.Append(CultureInfo.InvariantCulture, $"restore {StoreId(restore.Store)} {graph.IdOf(restore.Key)};");
            if (clause.Leave is { } leave)
                key.Append(CultureInfo.InvariantCulture, $"leave {NestingId(leave)};");
            if (clause.Condition is { } condition)
                key.Append(CultureInfo.InvariantCulture, $"when {graph.IdOf(condition)};");
            foreach (var action in clause.Actions)
                key.Append(KeyOfAction(action)).Append(';');
            if (clause.Emission is { } emission)
                key.Append(CultureInfo.InvariantCulture, $"emit {emission.Index - first}").AppendJoin(',', emission.Values.Select(v => graph.IdOf(v.Expression))).Append(';');
            if (clause.Save is { } save)
                key.Append(CultureInfo.InvariantCulture, $"save {StoreId(save.Store)} {graph.IdOf(save.Key)}:").AppendJoin(',', save.Values.Select(graph.IdOf)).Append(';');
            if (clause.Enter is { } enter)
                key.Append(CultureInfo.InvariantCulture, $"enter {NestingId(enter)};");
            key.Append('|');
        }

        string KeyOfAction(ClauseAction action) => action switch
        {
            AggregateAction a => string.Create(
                CultureInfo.InvariantCulture, $"take {plan.Aggregations.TakeWhile(x => x != a.Aggregation).Count()} [{string.Join(',', a.Keys.Select(graph.IdOf))}] {(a.Value is null ? -1 : graph.IdOf(a.Value))}"),
            AssignAction a => string.Create(CultureInfo.InvariantCulture, $"set {graph.IdOf(a.Target)} {graph.IdOf(a.Value)} {(a.Second is null ? -1 : graph.IdOf(a.Second))}"),
            _ => throw new CompilationException($"the action {action.GetType().Name} is not known to the ebpf backend"),
        };

        int NestingId(CallNesting nesting)
        {
            if (!nestings.TryGetValue(nesting, out var id))
                nestings.Add(nesting, id = nestings.Count);
            return id;
        }

        int StoreId(FrameStore store)
        {
            if (!stores.TryGetValue(store, out var id))
                stores.Add(store, id = stores.Count);
            return id;
        }
    }
}
