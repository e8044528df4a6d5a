using Tracer.Core.Expressions;

namespace Tracer.Core.Probes;

/// <summary>One place where a probe fires, and how its parameters are found there.</summary>
/// <param name="Location">The instruction.</param>
/// <param name="Arguments">For every parameter of the probe, in order, an expression of the parameter's type.</param>
public sealed record ProbeSite(CodeLocation Location, ExpressionList Arguments)
{
    /// <summary>
    /// Whether <see cref="Location"/> is no instruction but a byte of the target's data, and a hit is that it is read: what an interpreter does when it comes to an
    /// instruction of its own. Few can be watched at once, and not by every backend.
    /// </summary>
    public bool IsWatched { get; init; }

    /// <summary>The semaphore that must be raised for the site to be reached.</summary>
    public ProbeSemaphore? Semaphore { get; init; }

    /// <summary>When present, a hit is an event only if it is nonzero.</summary>
    public Expression? Guard { get; init; }

    /// <summary>When present, a hit is an event only if it is nonzero, too: tested after <see cref="Restore"/>, whose values it may read.</summary>
    public Expression? Condition { get; init; }

    /// <summary>When present, a hit is an event only if the frame's values are found; <see cref="SavedExpression"/> reads them.</summary>
    public FrameRestore? Restore { get; init; }

    /// <summary>
    /// When present, the site is a function's entry, and a hit is the return of a call that began there: this is remembered at the entry, and arguments are those
    /// behind the return, in the caller. Only backends that follow calls know such sites (<see cref="Backends.IProbeBackend.FollowsCalls"/>).
    /// </summary>
    public FrameSave? Call { get; init; }
}
