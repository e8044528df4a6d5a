using Tracer.Core.Expressions;

namespace Tracer.Core.Probes;

/// <summary>A place that must be instrumented for a probe although the probe does not fire there: a function's entry, for its exit.</summary>
/// <param name="Location">The instruction.</param>
/// <param name="Save">What is remembered there.</param>
public sealed record CompanionSite(CodeLocation Location, FrameSave Save)
{
    /// <summary>
    /// When present, nothing is remembered unless it is nonzero. If it is the very guard of an event of the same instruction, it is asked once for both: what it reads may
    /// change at any time.
    /// </summary>
    public Expression? Guard { get; init; }
}
