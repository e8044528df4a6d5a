using Tracer.Testing;

namespace Tracer.Cli.Tests.Faults;

/// <summary>What came of a session in which a system call failed.</summary>
/// <param name="Fault">The call.</param>
/// <param name="Ending">How the session ended: "ST0309" and its like, "went on", or what should not be: "exception", "hang", "harmed", "leak", "untrue".</param>
/// <param name="Details">The message, or what is wrong.</param>
internal sealed record FaultOutcome(Fault Fault, string Ending, string Details)
{
    public bool IsMessage => Ending.StartsWith("ST", StringComparison.Ordinal);

    public bool IsGood => IsMessage || Ending == "went on";

    public override string ToString() => $"{Ending}: {Fault}: {Details}";
}
