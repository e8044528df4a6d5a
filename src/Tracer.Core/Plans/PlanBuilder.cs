using Tracer.Core.Probes;
using Tracer.Core.Targets;

namespace Tracer.Core.Plans;

/// <summary>Makes a plan from probes: instructions are merged, so that one that serves several probes is instrumented once.</summary>
public static class PlanBuilder
{
    /// <summary>The text limit when none is asked for, in bytes.</summary>
    public const int DefaultTextLimit = 1024;

    /// <summary>The largest text limit, in bytes.</summary>
    public const int MaximumTextLimit = 64 * 1024;

    /// <summary>Builds the plan. The same probe given twice counts once.</summary>
    /// <param name="target">The process.</param>
    /// <param name="probes">The probes to arm.</param>
    /// <param name="textLimit">The most bytes of a text that are recorded, 8 to <see cref="MaximumTextLimit"/>; rounded up to a multiple of 8.</param>
    public static TracePlan Build(TargetProcess target, IEnumerable<Probe> probes, int textLimit = DefaultTextLimit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(textLimit, 8);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(textLimit, MaximumTextLimit);
        var drafts = new List<Draft>();
        var byLocation = new Dictionary<(TargetModule, ulong), Draft>();
        var emissions = new List<Emission>();
        var activations = new List<Activation>();
        foreach (var probe in probes.Distinct(ReferenceEqualityComparer.Instance).Cast<Probe>())
        {
            foreach (var site in probe.Sites)
            {
                var values = new PlannedValue[probe.Parameters.Count];
                for (var k = 0; k < values.Length; k++)
                    values[k] = new PlannedValue(probe.Parameters[k].Name, site.Arguments[k]);
                var emission = new Emission(emissions.Count, probe, site, values);
                emissions.Add(emission);
                var draft = DraftAt(site.Location);
                draft.Semaphore ??= site.Semaphore;
                draft.Clauses.Add(new Clause { Guard = site.Guard, Restore = site.Restore, Emission = emission });
            }

            foreach (var companion in probe.Companions)
            {
                var draft = DraftAt(companion.Location);
                if (!draft.Clauses.Any(c => c.Save == companion.Save))
                    draft.Clauses.Add(new Clause { Save = companion.Save });
            }

            activations.AddRange(probe.Activations.Where(a => !activations.Contains(a)));
        }

        var sites = drafts.Select((d, k) => new PlannedSite(k, d.Location, d.Semaphore, d.Clauses)).ToArray();
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

    private sealed class Draft(CodeLocation location)
    {
        public CodeLocation Location { get; } = location;

        public ProbeSemaphore? Semaphore { get; set; }

        public List<Clause> Clauses { get; } = [];
    }
}
