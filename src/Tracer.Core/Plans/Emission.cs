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
        HasBytes = values.Any(v => v.Expression.Type is TextType or StackType or PictureType);
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

    /// <summary>Whether a value has bytes behind the slots: a text, a stack or a picture.</summary>
    public bool HasBytes { get; }

    /// <summary><c>provider:name</c>, made once.</summary>
    public string ProbeName { get; }

    /// <summary>The event under another index, for another plan.</summary>
    internal Emission As(int index) => new(index, Probe, Site, Values);

    /// <summary>The event with its values computed otherwise.</summary>
    internal Emission With(IReadOnlyList<PlannedValue> values) => new(Index, Probe, Site, values);

    /// <summary>A record of what a clause needs, for the event it makes or for one that has none.</summary>
    internal static Emission Gathering(int index, Emission? @event, PlannedSite site, IReadOnlyList<PlannedValue> values) => @event is not null
        ? new Emission(index, @event.Probe, @event.Site, values)
        : new Emission(index, new Probe("sharptrace", "gathered", site.Location.Module, ProbeSource.Synthesised, [], []), new ProbeSite(site.Location, new ExpressionList()), values);
}
