using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>
/// What programs need of the frames that are saved for them: probes offer to save all arguments, and only what the program or the site itself reads is
/// kept. The time of the entry is one value more, where <see cref="BuiltInValue.EntryTimestamp"/> is asked for.
/// </summary>
internal sealed class FrameNeeds
{
    private readonly Dictionary<FrameStore, Need> _needs = new(ReferenceEqualityComparer.Instance);

    private readonly Dictionary<FrameSave, int> _calls = [];

    public FrameNeeds(IReadOnlyList<ProbeProgram> programs)
    {
        var uses = programs.SelectMany(p => p.Probe.Sites.Select(s => (Program: p, Site: s))).ToArray();
        foreach (var call in uses.Select(u => u.Site.Call).OfType<FrameSave>())
            _calls[call] = _calls.GetValueOrDefault(call) + 1;
        foreach (var (program, site) in uses)
        {
            if (site.Restore is { } restore)
                Add(program, site, restore.Store);
        }

        foreach (var (store, need) in _needs)
            need.Settle(store);
    }

    /// <summary>
    /// The program's filter as one of the call's entry, which then is not followed when it is refused; null when the filter must wait for the return, there is none,
    /// or something else happens at the return.
    /// </summary>
    public Expression? EntryFilter(ProbeProgram program, ProbeSite site) =>
        site is { Call: { } call, Restore: not null } && _calls[call] == 1 ? Plans.EntryFilter.Of(program.Condition, site, call) : null;

    /// <summary>An argument or a condition of a site with the saved values where they are now.</summary>
    public Expression Apply(Expression expression, FrameStore? store) => store is null || !_needs.TryGetValue(store, out var need)
        ? expression
        : ExpressionParts.Replace(expression, e => e is SavedExpression saved ? new SavedExpression(need.Slots.IndexOf(saved.Slot)) : null);

    /// <summary>What reads the entry's time.</summary>
    public SavedExpression EntryTime(FrameStore store) => new(_needs[store].Slots.Count);

    /// <summary>What reads the value that comes behind those of a frame.</summary>
    public SavedExpression Behind(FrameRestore? restore) => new(Apply(restore)?.Store.ValueCount ?? 0);

    public FrameRestore? Apply(FrameRestore? restore) =>
        restore is not null && _needs.TryGetValue(restore.Store, out var need) ? restore with { Store = need.Store } : restore;

    public FrameSave Apply(FrameSave save)
    {
        if (!_needs.TryGetValue(save.Store, out var need) || ReferenceEquals(need.Store, save.Store))
            return save;
        var values = need.Slots.Select(s => save.Values[s]);
        return save with { Store = need.Store, Values = new ExpressionList([.. need.Time ? values.Append(new BuiltInExpression(BuiltInValue.Timestamp)) : values]) };
    }

    private void Add(ProbeProgram program, ProbeSite site, FrameStore store)
    {
        if (!_needs.TryGetValue(store, out var need))
            _needs.Add(store, need = new Need());
        if (site.Condition is { } own)
            need.Add(own);
        var condition = EntryFilter(program, site) is null ? program.Condition : null;
        var asked = new Clause { Condition = condition, Actions = program.Actions }.Expressions.Concat(program.Values?.Select(v => v.Expression) ?? []);
        foreach (var expression in asked)
        {
            ExpressionParts.Any(expression, e =>
            {
                if (e is ParameterExpression p)
                    need.Add(site.Arguments[p.Index]);
                need.Time |= program.Leave is null && e is BuiltInExpression { Value: BuiltInValue.EntryTimestamp };
                return false;
            });
        }
    }

    private sealed class Need
    {
        private readonly SortedSet<int> _slots = [];

        public bool Time { get; set; }

        public List<int> Slots { get; private set; } = [];

        public FrameStore Store { get; private set; } = null!;

        public void Add(Expression reader) => ExpressionParts.Any(reader, e =>
        {
            if (e is SavedExpression saved)
                _slots.Add(saved.Slot);
            return false;
        });

        public void Settle(FrameStore offered)
        {
            // A frame of no values could not be told from none.
            if (_slots.Count == 0 && !Time)
                _slots.Add(0);
            Slots = [.. _slots];
            Store = !Time && Slots.Count == offered.ValueCount ? offered : new FrameStore(offered.Name, Slots.Count + (Time ? 1 : 0));
        }
    }
}
