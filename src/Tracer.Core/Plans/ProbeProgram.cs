using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>
/// What is to happen when a probe fires, written once for all its sites: its expressions name the probe's parameters
/// (<see cref="ParameterExpression"/>) and what is known of the probe, and the plan puts each site's arguments in.
/// </summary>
/// <param name="Probe">The probe.</param>
public sealed record ProbeProgram(Probe Probe)
{
    /// <summary>Only hits for which this is nonzero count; null for all.</summary>
    public Expression? Condition { get; init; }

    /// <summary>Where each hit ends what is newest in its thread; <see cref="BuiltInValue.EntryTimestamp"/> is then when that began. A hit that ends nothing does not count.</summary>
    public CallNesting? Leave { get; init; }

    /// <summary>Where each hit begins something, after everything else.</summary>
    public CallNesting? Enter { get; init; }

    /// <summary>What is done, in order.</summary>
    public IReadOnlyList<ClauseAction> Actions { get; init; } = [];

    /// <summary>What is recorded of a hit; null for no event.</summary>
    public IReadOnlyList<PlannedValue>? Values { get; init; }

    /// <summary>The program that records an event with all parameters but those on request.</summary>
    public static ProbeProgram Recording(Probe probe, Expression? condition = null)
    {
        ArgumentNullException.ThrowIfNull(probe);
        return new ProbeProgram(probe)
        {
            Condition = condition,
            Values =
            [
                .. probe.Parameters.Select((p, k) => (p, k)).Where(x => !x.p.IsOnRequest).Select(x => new PlannedValue(x.p.Name, new ParameterExpression(x.k, x.p.Type))),
            ],
        };
    }
}
