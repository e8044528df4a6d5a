using Tracer.Core.Expressions;

namespace Tracer.Core.Probes.Declarations;

/// <summary>Gives a note's arguments the names and types that its provider has for them: the note itself has sizes only.</summary>
public static class DeclaredParameters
{
    /// <summary>The probe with these names and types for its first arguments; what is not declared stays as the note has it.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="declared">The parameters in order; null for one that stays.</param>
    public static Probe Apply(Probe probe, IReadOnlyList<ProbeParameter?> declared)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(declared);
        if (declared.Count == 0)
            return probe;
        var parameters = probe.Parameters.Select((p, k) => k < declared.Count && declared[k] is { } known ? known : p).ToArray();
        return probe with
        {
            Parameters = parameters,
            Sites = [.. probe.Sites.Select(s => s with { Arguments = new ExpressionList([.. s.Arguments.Select((a, k) => ProbeSpec.Retype(a, parameters[k].Type))]) })],
        };
    }
}
