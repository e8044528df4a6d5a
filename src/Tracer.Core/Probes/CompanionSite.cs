namespace Tracer.Core.Probes;

/// <summary>A place that must be instrumented for a probe although the probe does not fire there: a function's entry, for its exit.</summary>
/// <param name="Location">The instruction.</param>
/// <param name="Save">What is remembered there.</param>
public sealed record CompanionSite(CodeLocation Location, FrameSave Save);
