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
    public static TracePlan Build(TargetProcess target, IEnumerable<ProbeProgram> programs, int textLimit = DefaultTextLimit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(textLimit, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(textLimit, MaximumTextLimit);
        var drafts = new List<Draft>();
        var byLocation = new Dictionary<(TargetModule, ulong), Draft>();
        var emissions = new List<Emission>();
        var activations = new List<Activation>();
        var entryTimes = new EntryTimes();
        foreach (var program in programs)
        {
            foreach (var site in program.Probe.Sites)
            {
                var draft = DraftAt(site.Location);
                draft.Semaphore ??= site.Semaphore;
                draft.Clauses.Add(ClauseOf(program, site, emissions, entryTimes));
            }

            foreach (var companion in program.Probe.Companions)
            {
                var draft = DraftAt(companion.Location);
                if (!draft.Clauses.Any(c => c.Save == companion.Save))
                    draft.Clauses.Add(new Clause { Save = companion.Save });
            }

            activations.AddRange(program.Probe.Activations.Where(a => !activations.Contains(a)));
        }

        var sites = drafts.Select((d, k) => new PlannedSite(k, d.Location, d.Semaphore, [.. d.Clauses.Select(entryTimes.Apply)])).ToArray();
        return new TracePlan(target, sites, emissions, activations, (textLimit + 7) & ~7);

        Draft DraftAt(CodeLocation location)
        {
            var key = (location.Module, location.FileOffset);
            if (!byLocation.TryGetValue(key, out var draft))
            {
                byLocation.Add(key, draft = new Draft(location));
                drafts.Add(draft);
            }

            return draft;
        }
    }

    private static Clause ClauseOf(ProbeProgram program, ProbeSite site, List<Emission> emissions, EntryTimes entryTimes)
    {
        var binder = new SiteBinder(program.Probe, site, entryTimes);
        Emission? emission = null;
        if (program.Values is { } values)
            emissions.Add(emission = new Emission(emissions.Count, program.Probe, site, [.. values.Select(binder.Bind)]));
        return new Clause
        {
            Guard = site.Guard,
            Restore = site.Restore,
            Condition = (site.Condition, program.Condition) switch
            {
                (var own, null) => own,
                (null, { } asked) => binder.Bind(asked),
                ({ } own, { } asked) => new BinaryExpression(BinaryOperator.LogicalAnd, own, binder.Bind(asked)),
            },
            Actions = [.. program.Actions.Select(binder.Bind)],
            Emission = emission,
        };
    }

    private sealed class Draft(CodeLocation location)
    {
        public CodeLocation Location { get; } = location;

        public ProbeSemaphore? Semaphore { get; set; }

        public List<Clause> Clauses { get; } = [];
    }
}
