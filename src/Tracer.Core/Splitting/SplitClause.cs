using Tracer.Core.Plans;

namespace Tracer.Core.Splitting;

/// <summary>A clause that is carried out in two places.</summary>
/// <param name="Original">The clause as it was planned.</param>
/// <param name="Finish">What is left of it, over the values of <paramref name="Gather"/>.</param>
/// <param name="Gather">What the backend records at the hit.</param>
/// <param name="Reason">Why, in one clause.</param>
public sealed record SplitClause(Clause Original, Clause Finish, Emission Gather, string Reason);
