using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;

namespace Tracer.Core.Plans;

/// <summary>Makes a plan from probes and what is to happen when they fire: instructions are merged, so that one that serves several probes is instrumented once.</summary>
public static class PlanBuilder
{
    /// <summary>The text limit when none is asked for, in bytes.</summary>
    public const int DefaultTextLimit = 1024;

    /// <summary>The largest text limit, in bytes.</summary>
    public const int MaximumTextLimit = 64 * 1024;

    /// <summary>Builds a plan that records every hit with all parameters. The same probe given twice counts once.</summary>
    /// <param name="target">The process.</param>
    /// <param name="probes">The probes to arm.</param>
    /// <param name="textLimit">The most bytes of a text that are recorded, 8 to <see cref="MaximumTextLimit"/>; rounded up to a multiple of 8.</param>
    public static TracePlan Build(TargetProcess target, IEnumerable<Probe> probes, int textLimit = DefaultTextLimit) =>
        Build(target, probes.Distinct(ReferenceEqualityComparer.Instance).Cast<Probe>().Select(p => ProbeProgram.Recording(p)), textLimit);

    /// <summary>Builds the plan of these programs; where several meet at an instruction they run in this order.</summary>
    /// <param name="target">The process.</param>
    /// <param name="programs">The probes to arm and what happens when they fire.</param>
    /// <param name="textLimit">The most bytes of a text that are recorded, 8 to <see cref="MaximumTextLimit"/>; rounded up to a multiple of 8.</param>
    /// <param name="isMetered">Whether the price of hits must be known and breakpoints be taken out for a while.</param>
    /// <param name="eventsPerSecond">The most events in a second, 1 or more; null for no limit.</param>
    /// <param name="image">The processes that it is for; null for the target alone.</param>
    public static TracePlan Build(
        TargetProcess target, IEnumerable<ProbeProgram> programs, int textLimit = DefaultTextLimit, bool isMetered = false, long? eventsPerSecond = null, ProcessImage? image = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(textLimit, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(textLimit, MaximumTextLimit);
        var drafts = new List<Draft>();
        var byLocation = new Dictionary<(TargetModule, ulong, bool), Draft>();
        var emissions = new List<Emission>();
        var activations = new List<Activation>();
        var all = programs.ToArray();
        var frames = new FrameNeeds(all);
        foreach (var program in all)
        {
            foreach (var site in program.Probe.Sites)
            {
                var draft = DraftAt(site.Location, site.IsWatched);
                draft.Semaphore ??= site.Semaphore;
                var clause = ClauseOf(program, site, emissions, frames);
                if (site.Call is { } call)
                    draft.Follow(new Clause { Condition = frames.EntryFilter(program, site), Save = frames.Apply(call) }, clause);
                else
                    draft.Clauses.Add(clause);
            }

            activations.AddRange(program.Probe.Activations.Where(a => !activations.Contains(a)));
        }

        foreach (var companion in all.SelectMany(p => p.Probe.Companions))
            DraftAt(companion.Location).Save(frames.Apply(companion.Save), companion.Guard);
        var sites = drafts.Select((d, k) => new PlannedSite(k, d.Location, d.Semaphore, [.. d.Clauses]) { Call = d.Call, IsWatched = d.IsWatched }).ToArray();
        return new TracePlan(target, sites, emissions, activations, (textLimit + 7) & ~7) { IsMetered = isMetered, EventsPerSecond = eventsPerSecond, Image = image };

        Draft DraftAt(CodeLocation location, bool isWatched = false)
        {
            var key = (location.Module, location.FileOffset, isWatched);
            if (!byLocation.TryGetValue(key, out var draft))
            {
                byLocation.Add(key, draft = new Draft(location, isWatched));
                drafts.Add(draft);
            }

            return draft;
        }
    }

    private static Clause ClauseOf(ProbeProgram program, ProbeSite site, List<Emission> emissions, FrameNeeds frames)
    {
        var binder = new SiteBinder(program, site, frames);
        var condition = site.Condition is { } tested ? frames.Apply(tested, site.Restore?.Store) : null;
        Emission? emission = null;
        if (program.Values is { } values)
            emissions.Add(emission = new Emission(emissions.Count, program.Probe, site, [.. values.Select(binder.Bind)]));
        return new Clause
        {
            Guard = site.Guard,
            NeedsMemoryAtHit = ReadsMemory(site.Guard) || ReadsMemory(site.Condition),
            Restore = frames.Apply(site.Restore),
            Leave = program.Leave,
            Condition = (condition, frames.EntryFilter(program, site) is null ? program.Condition : null) switch
            {
                (var own, null) => own,
                (null, { } asked) => binder.Bind(asked),
                ({ } own, { } asked) => new BinaryExpression(BinaryOperator.LogicalAnd, own, binder.Bind(asked)),
            },
            Actions = [.. program.Actions.Select(binder.Bind)],
            Emission = emission,
            Enter = program.Enter,
        };
    }

    private static bool ReadsMemory(Expression? expression) => expression is not null && ExpressionParts.Any(expression, e => e is LoadExpression or TextExpression);

    private sealed class Draft(CodeLocation location, bool isWatched)
    {
        public bool IsWatched => isWatched;

        public CodeLocation Location { get; } = location;

        public ProbeSemaphore? Semaphore { get; set; }

        public List<Clause> Clauses { get; } = [];

        public PlannedCall? Call { get; private set; }

        /// <summary>Adds what is remembered here, by the event that has the same guard if there is one.</summary>
        public void Save(FrameSave save, Expression? guard)
        {
            if (Clauses.Any(c => c.Save == save))
                return;
            var shared = guard is null ? -1 : Clauses.FindIndex(c => ReferenceEquals(c.Guard, guard) && c is { Restore: null, Leave: null, Save: null });
            if (shared >= 0)
                Clauses[shared] = Clauses[shared] with { Save = save };
            else
                Clauses.Add(new Clause { Guard = guard, NeedsMemoryAtHit = ReadsMemory(guard), Save = save });
        }

        /// <summary>Adds what happens at the return of calls, which are remembered by the entry.</summary>
        public void Follow(Clause entry, Clause @return)
        {
            var (entries, returns) = (Call?.Entries ?? [], Call?.Returns ?? []);
            Call = new PlannedCall(entries.Any(e => e.Save == entry.Save) ? entries : [.. entries, entry], [.. returns, @return]);
        }
    }
}
