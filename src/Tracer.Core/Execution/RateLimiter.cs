namespace Tracer.Core.Execution;

/// <summary>Lets at most so many events through in each second of CLOCK_MONOTONIC. It costs nothing to refuse one. Whoever limits a plan's events counts the same seconds.</summary>
/// <param name="perSecond">How many, 1 or more.</param>
public sealed class RateLimiter(long perSecond)
{
    private const ulong Nanoseconds = 1_000_000_000;

    private ulong _second;
    private long _left;

    /// <summary>Whether an event of this time, in nanoseconds, may pass.</summary>
    public bool TryPass(ulong time)
    {
        var second = time / Nanoseconds;
        // Times of several CPUs may step back a little: they count for the later second.
        if (second > _second)
            (_second, _left) = (second, perSecond);
        if (_left == 0)
            return false;
        _left--;
        return true;
    }
}
