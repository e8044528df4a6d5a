using Tracer.Core.Plans;

namespace Tracer;

/// <summary>A plan with how the stacks among its keys are walked.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Reason">How, and why so, in one clause; null when no key is a stack.</param>
/// <param name="Warning">What such stacks may lack; null when nothing.</param>
internal sealed record WalkedPlan(TracePlan Plan, string? Reason, string? Warning);
