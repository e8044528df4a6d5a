namespace Tracer.Linux;

/// <summary>
/// Something that kernels have or have not, found out by trying it. A conclusive answer is kept; one that could not be had is asked for again the
/// next time. The probe runs on one thread at a time.
/// </summary>
/// <param name="name">What it is, for people: "uprobe_multi links".</param>
/// <param name="minimumKernel">The first kernel.org release that has it: for messages, never for the decision, since distributions backport.</param>
/// <param name="probe">Tries it and cleans up after itself.</param>
public sealed class KernelFeature(string name, KernelVersion minimumKernel, Func<FeatureAnswer> probe)
{
    private readonly Lock _asking = new();
    private FeatureAnswer? _conclusive;

    /// <summary>What it is, for people.</summary>
    public string Name { get; } = name;

    /// <summary>The first kernel.org release that has it.</summary>
    public KernelVersion MinimumKernel { get; } = minimumKernel;

    /// <summary>Asks the kernel, or repeats its conclusive answer.</summary>
    public FeatureAnswer Ask()
    {
        lock (_asking)
        {
            if (_conclusive is { } known) return known;
            var answer = probe();
            if (answer.Outcome != FeatureOutcome.Unknown) _conclusive = answer;
            return answer;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} (Linux {MinimumKernel.Major}.{MinimumKernel.Minor})";
}
