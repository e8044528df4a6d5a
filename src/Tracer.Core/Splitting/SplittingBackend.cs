using Tracer.Core.Backends;
using Tracer.Core.Plans;

namespace Tracer.Core.Splitting;

/// <summary>A backend that carries out every plan: what the backend behind it cannot do at a hit is finished here.</summary>
/// <param name="inner">The backend behind it.</param>
public sealed class SplittingBackend(IProbeBackend inner) : IProbeBackend
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public bool FollowsCalls => inner.FollowsCalls;

    /// <inheritdoc/>
    public string? RefuseFamily() => inner.RefuseFamily();

    /// <inheritdoc/>
    public IProcessFamily OpenFamily(bool takesAll) => inner.OpenFamily(takesAll);

    /// <inheritdoc/>
    public BackendSupport Evaluate(TracePlan plan)
    {
        if (PlanSplitter.Split(plan, e => inner.Refuse(e, plan.TextLimit)) is not { } split)
            return inner.Evaluate(plan);
        if (plan.IsMetered && split.After.Variables.Count > 0)
            return BackendSupport.Unmetered($"{split.After.Variables[0]} is kept where events are read, later than the breakpoints are taken out: {split.Clauses[0].Reason}.");
        var support = inner.Evaluate(split.AtHit);
        if (!support.IsSupported)
            return support;
        var notes = split.Clauses.Select(c => c.Reason).Distinct().Select(r => $"Finished where events are read: {r}.");
        return support with { Reason = string.Join(' ', support.Reason is null ? notes : [support.Reason, .. notes]) };
    }

    /// <inheritdoc/>
    public async ValueTask<IProbeAttachment> AttachAsync(TracePlan plan, IEventSink sink, CancellationToken cancellationToken)
    {
        if (PlanSplitter.Split(plan, e => inner.Refuse(e, plan.TextLimit)) is not { } split)
            return await inner.AttachAsync(plan, sink, cancellationToken).ConfigureAwait(false);
        var finishing = new SplitSink(split, sink);
        return new SplitAttachment(split, await inner.AttachAsync(split.AtHit, finishing, cancellationToken).ConfigureAwait(false), finishing);
    }
}
