namespace Tracer.Linux;

/// <summary>Whether the kernel has a feature: yes, no and why, or that it could not be found out and why.</summary>
public readonly record struct FeatureAnswer
{
    private FeatureAnswer(FeatureOutcome outcome, string reason)
    {
        Outcome = outcome;
        Reason = reason;
    }

    /// <summary>The feature is there.</summary>
    public static FeatureAnswer Yes { get; } = new(FeatureOutcome.Supported, "");

    /// <summary>Which of the three.</summary>
    public FeatureOutcome Outcome { get; }

    /// <summary>Why not, as a clause: "bpf(2) said EPERM (operation not permitted)"; empty for yes.</summary>
    public string Reason { get; }

    /// <summary>True for yes alone.</summary>
    public bool IsSupported => Outcome == FeatureOutcome.Supported;

    /// <summary>The kernel answered that it has no such thing.</summary>
    public static FeatureAnswer No(string reason) => new(FeatureOutcome.Missing, reason);

    /// <summary>The question could not be put: no permission, no memory, too many descriptors.</summary>
    public static FeatureAnswer Unknown(string reason) => new(FeatureOutcome.Unknown, reason);

    /// <inheritdoc/>
    public override string ToString() => Outcome switch
    {
        FeatureOutcome.Supported => "yes",
        FeatureOutcome.Missing => $"no: {Reason}",
        _ => $"unknown: {Reason}",
    };
}
