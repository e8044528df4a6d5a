namespace Tracer;

/// <summary>How many events a session is to deliver, shared by all that deliver them.</summary>
/// <param name="maximum">The number; null for no limit.</param>
internal sealed class EventLimit(long? maximum)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _left = maximum ?? long.MaxValue;

    /// <summary>Ends when as many events as were asked for have been delivered.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Whether no event is to be delivered any more.</summary>
    public bool IsReached => Volatile.Read(ref _left) <= 0;

    /// <summary>Takes one of the events that are left.</summary>
    /// <param name="isLast">Whether there are none after it; the caller then tells by <see cref="Reach"/> when it is delivered.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryTake(out bool isLast)
    {
        var left = Interlocked.Decrement(ref _left);
        isLast = left == 0;
        return left >= 0;
    }

    /// <summary>Gives one back that was not delivered after all.</summary>
    public void GiveBack() => Interlocked.Increment(ref _left);

    /// <summary>The last event is delivered.</summary>
    public void Reach() => _reached.TrySetResult();
}
