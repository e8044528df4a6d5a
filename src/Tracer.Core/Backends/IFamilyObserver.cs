namespace Tracer.Core.Backends;

/// <summary>Is told what happens in a family, in the order in which it happened, one thing at a time. Must not throw.</summary>
public interface IFamilyObserver
{
    /// <summary>A process was forked; it runs what its parent runs.</summary>
    /// <param name="parentId">The parent.</param>
    /// <param name="childId">The child.</param>
    /// <param name="time">When, CLOCK_MONOTONIC nanoseconds.</param>
    void OnForked(int parentId, int childId, ulong time);

    /// <summary>A process has executed a program, which begins to run; it has no image.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="time">When, CLOCK_MONOTONIC nanoseconds.</param>
    void OnExecuted(int processId, ulong time);

    /// <summary>
    /// A process has loaded libraries, or unloaded some, or its program has been loaded with all its libraries; the thread that did so waits for the answer before it runs any code of them, for a
    /// second at most.
    /// </summary>
    /// <returns>The number of the image that the process is from now on; 0 for none.</returns>
    uint OnLibraries(int processId);

    /// <summary>A process has exited.</summary>
    void OnExited(int processId);
}
