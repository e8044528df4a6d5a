using Tracer.Core.Aggregations;
using Tracer.Core.Backends;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;

namespace Tracer.Core.Plans;

/// <summary>Everything a backend needs to know to trace: instructions, clauses, semaphores. It names no backend.</summary>
public sealed class TracePlan
{
    internal TracePlan(
        TargetProcess target, IReadOnlyList<PlannedSite> sites, IReadOnlyList<Emission> emissions, IReadOnlyList<Activation> activations, int textLimit)
    {
        Target = target;
        Sites = sites;
        Emissions = emissions;
        Activations = activations;
        TextLimit = textLimit;
        var actions = sites.SelectMany(s => s.AllClauses).SelectMany(c => c.Actions).ToArray();
        Aggregations = [.. actions.OfType<AggregateAction>().Select(a => a.Aggregation).Distinct()];
        Variables = [.. sites.SelectMany(s => s.AllClauses).SelectMany(c => c.Expressions).SelectMany(ExpressionParts.VariablesOf).Distinct()];
        Counters = new CounterLayout(emissions.Count, Aggregations.Count, Variables.Count);
    }

    /// <summary>The process to trace.</summary>
    public TargetProcess Target { get; }

    /// <summary>The instructions, each once.</summary>
    public IReadOnlyList<PlannedSite> Sites { get; }

    /// <summary>Whether calls are followed, which only some backends can.</summary>
    public bool FollowsCalls => Sites.Any(s => s.Call is not null);

    /// <summary>The events that clauses record.</summary>
    public IReadOnlyList<Emission> Emissions { get; }

    /// <summary>The tables that actions fill.</summary>
    public IReadOnlyList<Aggregation> Aggregations { get; }

    /// <summary>The variables that expressions read and actions assign.</summary>
    public IReadOnlyList<Variable> Variables { get; }

    /// <summary>The counters of what went wrong.</summary>
    public CounterLayout Counters { get; }

    /// <summary>Semaphores to raise beside those of the sites.</summary>
    public IReadOnlyList<Activation> Activations { get; }

    /// <summary>The most bytes of a text that are recorded, a multiple of 8.</summary>
    public int TextLimit { get; }

    /// <summary>
    /// The most events of all emissions together in a second of CLOCK_MONOTONIC, 1 or more; null for no limit. Of hits beyond it no values are read and nothing is sent; they are
    /// counted.
    /// </summary>
    public long? EventsPerSecond { get; internal init; }

    /// <summary>Whether the attachment must be an <see cref="Backends.IMeteredAttachment"/>.</summary>
    public bool IsMetered { get; internal init; }

    /// <summary>The processes that it is for, when these are not the target alone.</summary>
    public ProcessImage? Image { get; internal init; }

    /// <summary>The most bytes of a text that is a key of a row, a multiple of 8; longer ones are marked truncated.</summary>
    public int KeyTextLimit => Math.Min(TextLimit, PlanBuilder.DefaultTextLimit);

    /// <summary>The plan with other sites, and all that is asked of it as a whole.</summary>
    internal TracePlan With(IReadOnlyList<PlannedSite> sites, IReadOnlyList<Emission> emissions) =>
        new(Target, sites, emissions, Activations, TextLimit) { IsMetered = IsMetered, EventsPerSecond = EventsPerSecond, Image = Image };
}
