using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Plans;

/// <summary>
/// What happens at a hit of a site, in this order: nothing when the guard is zero or faults; nothing when there is no saved frame to restore, or no entry to leave; nothing when
/// the condition is zero, or faults, which is counted; the actions; the emission is recorded; the frame is saved; the entry is noted.
/// </summary>
public sealed record Clause
{
    /// <summary>What makes the hit one of the probe; null is always. It belongs to the probe and its failing is no fault.</summary>
    public Expression? Guard { get; init; }

    /// <summary>
    /// Whether memory decides if a hit is one of the probe's at all, and not only of the user's condition: it must be read at the hit, since later it would make a
    /// wrong number of events.
    /// </summary>
    public bool NeedsMemoryAtHit { get; init; }

    /// <summary>The saved frame that must be there and is taken.</summary>
    public FrameRestore? Restore { get; init; }

    /// <summary>Where the time of the entry that is newest in the thread is taken off, of the frame's values the last; nothing happens at the hit when there is none.</summary>
    public CallNesting? Leave { get; init; }

    /// <summary>What the user asks of the hit; null is nothing. A hit for which it cannot be computed is counted as a fault.</summary>
    public Expression? Condition { get; init; }

    /// <summary>What is done, in order.</summary>
    public IReadOnlyList<ClauseAction> Actions { get; init; } = [];

    /// <summary>The event to record.</summary>
    public Emission? Emission { get; init; }

    /// <summary>What to remember for the frame's exit.</summary>
    public FrameSave? Save { get; init; }

    /// <summary>Where the time is put on as that of an entry.</summary>
    public CallNesting? Enter { get; init; }

    /// <summary>Every expression of the clause that is evaluated at a hit.</summary>
    public IEnumerable<Expression> Expressions
    {
        get
        {
            if (Guard is not null)
                yield return Guard;
            if (Restore is not null)
                yield return Restore.Key;
            if (Condition is not null)
                yield return Condition;
            foreach (var expression in Actions.SelectMany(OfAction))
                yield return expression;
            foreach (var value in Emission?.Values ?? [])
                yield return value.Expression;
            if (Save is null)
                yield break;
            yield return Save.Key;
            foreach (var value in Save.Values)
                yield return value;
        }
    }

    private static IEnumerable<Expression> OfAction(ClauseAction action) => action switch
    {
        AggregateAction { Value: { } value } a => [.. a.Keys, value],
        AggregateAction a => a.Keys,
        AssignAction { Second: { } second } a => [a.Target, a.Value, second],
        AssignAction a => [a.Target, a.Value],
        _ => [],
    };
}
