using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>One instruction to instrument, with all that is to happen at a hit; a plan has each instruction once.</summary>
/// <param name="Index">Index in <see cref="TracePlan.Sites"/>.</param>
/// <param name="Location">The instruction.</param>
/// <param name="Semaphore">The semaphore to raise while it is instrumented; the kernel allows one per instruction.</param>
/// <param name="Clauses">What happens, in order.</param>
public sealed record PlannedSite(int Index, CodeLocation Location, ProbeSemaphore? Semaphore, IReadOnlyList<Clause> Clauses)
{
    /// <summary>Whether the location is data whose reading is the hit (<see cref="ProbeSite.IsWatched"/>).</summary>
    public bool IsWatched { get; init; }

    /// <summary>The calls that begin here, when they are followed.</summary>
    public PlannedCall? Call { get; init; }

    /// <summary>Everything that can happen because of the site: at a hit, when its call is taken up, when its call returns.</summary>
    public IEnumerable<Clause> AllClauses => Call is null ? Clauses : [.. Clauses, .. Call.Entries, .. Call.Returns];
}
