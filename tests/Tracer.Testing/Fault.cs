using Tracer.Linux;

namespace Tracer.Testing;

/// <summary>One system call that fails.</summary>
/// <param name="Kind">Its kind (<see cref="SystemCallKind"/>).</param>
/// <param name="Place">The method that makes it.</param>
/// <param name="Ordinal">Which of the calls of that kind there, from 1.</param>
/// <param name="Error">How it fails.</param>
public sealed record Fault(string Kind, string Place, int Ordinal, Errno Error)
{
    /// <summary>The process that is killed before the call is made, which then gets the kernel's own answer; 0 for a call that fails.</summary>
    public int Victim { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Victim != 0 ? $"{Kind} no. {Ordinal} in {Place} finds the target killed" : $"{Kind} no. {Ordinal} in {Place} fails with {Error}";
}
