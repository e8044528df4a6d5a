using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>
/// What happens at a hit of a site, in this order: nothing when the guard is zero or faults; nothing when there is no saved frame to restore; the emission is
/// recorded; the frame is saved.
/// </summary>
public sealed record Clause
{
    /// <summary>The condition; null is always.</summary>
    public Expression? Guard { get; init; }

    /// <summary>The saved frame that must be there and is taken.</summary>
    public FrameRestore? Restore { get; init; }

    /// <summary>The event to record.</summary>
    public Emission? Emission { get; init; }

    /// <summary>What to remember for the frame's exit.</summary>
    public FrameSave? Save { get; init; }
}
