using Tracer.Core.Binding;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Runtimes.Native;

/// <summary>A site of a probe to be, with parameters of its own: sites of one probe may know different ones.</summary>
/// <param name="Location">The instruction.</param>
/// <param name="Parameters">What is known there.</param>
internal sealed record NativeSite(CodeLocation Location, IReadOnlyList<BoundParameter> Parameters)
{
    /// <summary>As in <see cref="ProbeSite.Guard"/>.</summary>
    public Expression? Guard { get; init; }

    /// <summary>As in <see cref="ProbeSite.Restore"/>.</summary>
    public FrameRestore? Restore { get; init; }

    /// <summary>As in <see cref="ProbeSite.Call"/>.</summary>
    public FrameSave? Call { get; init; }

    /// <summary>What must be saved elsewhere for it.</summary>
    public CompanionSite? Companion { get; init; }
}
