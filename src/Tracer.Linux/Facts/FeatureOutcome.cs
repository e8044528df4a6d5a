namespace Tracer.Linux;

/// <summary>The three answers of a feature's probe.</summary>
public enum FeatureOutcome
{
    /// <summary>The probe could not run, and says nothing about the kernel.</summary>
    Unknown,

    /// <summary>The kernel does not have it.</summary>
    Missing,

    /// <summary>The kernel has it.</summary>
    Supported,
}
