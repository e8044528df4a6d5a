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
    }

    /// <summary>The process to trace.</summary>
    public TargetProcess Target { get; }

    /// <summary>The instructions, each once.</summary>
    public IReadOnlyList<PlannedSite> Sites { get; }

    /// <summary>The events that clauses record.</summary>
    public IReadOnlyList<Emission> Emissions { get; }

    /// <summary>Semaphores to raise beside those of the sites.</summary>
    public IReadOnlyList<Activation> Activations { get; }

    /// <summary>The most bytes of a text that are recorded, a multiple of 8.</summary>
    public int TextLimit { get; }
}
