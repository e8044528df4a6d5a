using Tracer.Core.Expressions;

namespace Tracer.Core.Probes;

/// <summary>One place where a probe fires, and how its parameters are found there.</summary>
/// <param name="Location">The instruction.</param>
/// <param name="Arguments">For every parameter of the probe, in order, an expression of the parameter's type.</param>
public sealed record ProbeSite(CodeLocation Location, ExpressionList Arguments)
{
    /// <summary>The semaphore that must be raised for the site to be reached.</summary>
    public ProbeSemaphore? Semaphore { get; init; }

    /// <summary>When present, a hit is an event only if it is nonzero.</summary>
    public Expression? Guard { get; init; }

    /// <summary>When present, a hit is an event only if it is nonzero, too: tested after <see cref="Restore"/>, whose values it may read.</summary>
    public Expression? Condition { get; init; }

    /// <summary>When present, a hit is an event only if the frame's values are found; <see cref="SavedExpression"/> reads them.</summary>
    public FrameRestore? Restore { get; init; }
}
