namespace Tracer.Core.Backends;

/// <summary>
/// An armed plan whose price is known while it runs and that can be disarmed for a while. What a thread had open when it is disarmed (saved frames, the variables
/// of threads) is dropped: it would be wrong when tracing goes on.
/// </summary>
public interface IMeteredAttachment : IProbeAttachment
{
    /// <summary>How long threads of the target have spent in hits so far, all added up, in nanoseconds. Never falls.</summary>
    long HitNanoseconds { get; }

    /// <summary>Whether that time is part of the target's processor time; where its threads are stopped for a hit, it is not.</summary>
    bool IsProcessorTime { get; }

    /// <summary>Takes all breakpoints out; what fires from now on is not seen and costs nothing.</summary>
    /// <returns>How many calls and pairs had begun and will not be seen to end.</returns>
    /// <exception cref="Diagnostics.TracerException">It failed.</exception>
    ulong Pause();

    /// <summary>Puts them back.</summary>
    /// <exception cref="Diagnostics.TracerException">It failed; nothing is armed.</exception>
    void Resume();
}
