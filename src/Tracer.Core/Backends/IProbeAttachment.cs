using Tracer.Core.Aggregations;
using Tracer.Core.Plans;

namespace Tracer.Core.Backends;

/// <summary>
/// An armed plan. <see cref="StopAsync"/> disarms all sites, delivers what is still under way and leaves the target as it was found; disposing does
/// the same when it was not done.
/// </summary>
public interface IProbeAttachment : IAsyncDisposable
{
    /// <summary>Ends when the target has exited and all its events were delivered, or fails with the error that ended tracing.</summary>
    Task Completion { get; }

    /// <summary>The plan that is armed.</summary>
    TracePlan Plan { get; }

    /// <summary>Events of an emission that fired and could not be delivered; exact.</summary>
    ulong LostEvents(int emission) => ReadCounter(CounterLayout.LostEvents(emission));

    /// <summary>Frames whose entry could not be remembered, so that their exit will not be an event; exact.</summary>
    ulong LostFrames => ReadCounter(Plan.Counters.LostFrames);

    /// <summary>Calls that returned unseen because the kernel follows only so many nested ones; exact.</summary>
    ulong LostReturns => ReadCounter(Plan.Counters.LostReturns);

    /// <summary>Frames that were entered and not left by an exit so far; exact but for events lost.</summary>
    ulong OpenFrames => ReadCounter(Plan.Counters.OpenFrames);

    /// <summary>One of the plan's counters of what went wrong (<see cref="TracePlan.Counters"/>): events lost, frames lost, faults. Exact; also after the end.</summary>
    ulong ReadCounter(int counter);

    /// <summary>
    /// What an aggregation of the plan holds now; with <paramref name="reset"/> what it gained since the last time it was read so. Also after the end.
    /// </summary>
    AggregationSnapshot ReadAggregation(int aggregation, bool reset);

    /// <summary>How long the target was stopped by the tracer, all threads added up; zero for backends that never stop it.</summary>
    TimeSpan TargetStopped { get; }

    /// <summary>Disarms, drains and restores. Calling it again does nothing.</summary>
    ValueTask StopAsync();
}
