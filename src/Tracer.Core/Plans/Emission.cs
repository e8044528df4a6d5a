using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>An event that a clause records: which probe, at which site, with which values.</summary>
public sealed class Emission
{
    internal Emission(int index, Probe probe, ProbeSite site, IReadOnlyList<PlannedValue> values)
    {
        Index = index;
        Probe = probe;
        Site = site;
        Values = values;
        TextCount = values.Count(v => v.Expression.Type is TextType);
        ProbeName = probe.FullName;
    }

    /// <summary>Its index in <see cref="TracePlan.Emissions"/>; records carry it.</summary>
    public int Index { get; }

    /// <summary>The probe.</summary>
    public Probe Probe { get; }

    /// <summary>The site.</summary>
    public ProbeSite Site { get; }

    /// <summary>What is recorded, in order.</summary>
    public IReadOnlyList<PlannedValue> Values { get; }

    /// <summary>How many of the values are text.</summary>
    public int TextCount { get; }

    /// <summary><c>provider:name</c>, made once.</summary>
    public string ProbeName { get; }
}
