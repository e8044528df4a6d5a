namespace Tracer.Fuzz;

/// <summary>What a run of a target came to.</summary>
/// <param name="Target">Its name.</param>
/// <param name="Replayed">Inputs of the corpus.</param>
/// <param name="Mutated">Mutated inputs.</param>
/// <param name="Outcomes">Different outcomes.</param>
/// <param name="Kept">Inputs that were added to the corpus because they reached something new.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Slowest">The slowest input.</param>
/// <param name="Findings">Inputs that were not borne, one for each cause.</param>
public sealed record FuzzResult(string Target, int Replayed, int Mutated, int Outcomes, int Kept, TimeSpan Elapsed, TimeSpan Slowest, IReadOnlyList<Finding> Findings);
