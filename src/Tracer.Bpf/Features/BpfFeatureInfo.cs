namespace Tracer.Bpf;

/// <summary>Since when a feature is there, and what is done without it.</summary>
/// <param name="Feature">Which.</param>
/// <param name="Name">How messages call it.</param>
/// <param name="Since">First mainline kernel version that has it; distributions may have it earlier: probe.</param>
/// <param name="Fallback">What serves in its place, as a clause.</param>
public sealed record BpfFeatureInfo(BpfFeature Feature, string Name, Version Since, string Fallback)
{
    /// <summary>One sentence for a kernel that lacks it.</summary>
    public string Missing => $"{Name} needs kernel {Since.ToString(2)}; without it, {Fallback}.";
}
