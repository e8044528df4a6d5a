namespace Tracer.Core.Plans;

/// <summary>Calls that begin at a site and are followed to their return by what carries the plan out.</summary>
/// <param name="Entries">
/// What is remembered of a call when it begins: each has a frame to save and maybe a condition, a filter that is known then. A call that none of them saves is not followed.
/// </param>
/// <param name="Returns">What happens when a followed call has returned, in order.</param>
public sealed record PlannedCall(IReadOnlyList<Clause> Entries, IReadOnlyList<Clause> Returns);
