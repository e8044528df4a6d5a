namespace Tracer.Core.Stacks;

/// <summary>The readers of all processes that events of a session come from.</summary>
public interface IReaderSource
{
    /// <summary>Those of the process that the session began with.</summary>
    ProcessReaders Target { get; }

    /// <summary>Those of the process that an event came from, as it was then.</summary>
    /// <param name="processId">The event's process.</param>
    /// <param name="time">The event's time, CLOCK_MONOTONIC nanoseconds.</param>
    ProcessReaders Of(int processId, ulong time);
}
