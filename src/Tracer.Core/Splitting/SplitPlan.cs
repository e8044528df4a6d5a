using Tracer.Core.Plans;

namespace Tracer.Core.Splitting;

/// <summary>A plan in two parts.</summary>
/// <param name="original">The whole.</param>
/// <param name="atHit">What the backend does at a hit.</param>
/// <param name="after">What is done with the records; its clauses are those of <paramref name="clauses"/>.</param>
/// <param name="clauses">The clauses that were split.</param>
/// <param name="origins">For each emission of <paramref name="atHit"/>, the original one it stands for, or <see cref="NoEmission"/>.</param>
public sealed class SplitPlan(TracePlan original, TracePlan atHit, TracePlan after, IReadOnlyList<SplitClause> clauses, IReadOnlyList<int> origins)
{
    /// <summary>An emission that stands for a clause without events.</summary>
    public const int NoEmission = -1;

    /// <summary>The whole.</summary>
    public TracePlan Original { get; } = original;

    /// <summary>What the backend does at a hit.</summary>
    public TracePlan AtHit { get; } = atHit;

    /// <summary>What is done with the records.</summary>
    public TracePlan After { get; } = after;

    /// <summary>The clauses that were split.</summary>
    public IReadOnlyList<SplitClause> Clauses { get; } = clauses;

    /// <summary>For each emission of <see cref="AtHit"/>, the original one it stands for, or <see cref="NoEmission"/>.</summary>
    public IReadOnlyList<int> Origins { get; } = origins;
}
