namespace Tracer;

/// <summary>Lets at most so many events through in each second; seconds begin with the first event. It costs nothing to refuse one.</summary>
/// <param name="perSecond">How many, 1 or more.</param>
internal sealed class RateLimiter(long perSecond)
{
    private const ulong Second = 1_000_000_000;

    private ulong _begin;
    private long _left;
    private bool _begun;

    /// <summary>Whether an event of this time, in nanoseconds, may pass.</summary>
    public bool TryPass(ulong time)
    {
        // Times of several CPUs may step back a little.
        if (!_begun || (time > _begin && time - _begin >= Second))
        {
            _begin = _begun ? time - ((time - _begin) % Second) : time;
            _begun = true;
            _left = perSecond;
        }

        if (_left == 0)
            return false;
        _left--;
        return true;
    }
}
