using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>
/// Makes <see cref="BuiltInValue.EntryTimestamp"/> real: frames that are saved at a function's entry carry one value more, the time of the entry.
/// </summary>
internal sealed class EntryTimes
{
    private readonly Dictionary<FrameStore, FrameStore> _widened = new(ReferenceEqualityComparer.Instance);

    /// <summary>Asks for entry times in the frames of a store; gives the expression that reads them.</summary>
    public Expression Want(FrameStore store)
    {
        if (!_widened.ContainsKey(store))
            _widened.Add(store, new FrameStore(store.Name, store.ValueCount + 1));
        return new SavedExpression(store.ValueCount);
    }

    /// <summary>A clause with the frames as they are now.</summary>
    public Clause Apply(Clause clause)
    {
        if (clause.Restore is { } restore && _widened.TryGetValue(restore.Store, out var wide))
            clause = clause with { Restore = restore with { Store = wide } };
        if (clause.Save is { } save && _widened.TryGetValue(save.Store, out wide))
        {
            var values = new ExpressionList([.. save.Values, new BuiltInExpression(BuiltInValue.Timestamp)]);
            clause = clause with { Save = save with { Store = wide, Values = values } };
        }

        return clause;
    }
}
