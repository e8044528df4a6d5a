namespace Tracer.Testing;

/// <summary>
/// How much an action allocates. Tests run side by side: a collection that another one causes takes this thread's allocation buffer away, which the
/// runtime books as allocated by this thread. What the action allocates shows in every round; what others cause does not.
/// </summary>
public static class Allocated
{
    private const int Rounds = 5;

    /// <summary>The least bytes that one of several runs allocated, after a first run that does not count.</summary>
    public static long By(Action action)
    {
        action();
        var least = long.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
