using Tracer.Core.Targets;

namespace Tracer.Core.Backends;

/// <summary>
/// Some processes and those that they start from now on, and theirs, or all processes: kept by the kernel, so that a plan made for one of its images (<see cref="Plans.TracePlan.Image"/>) sees a process from its first
/// instruction. A child that is forked runs the image of its parent; a process that executes a program runs none until it is given one.
/// </summary>
public interface IProcessFamily : IAsyncDisposable
{
    /// <summary>Ends when the last process of the family has exited, never when it takes all; fails with what ended the watching.</summary>
    Task Completion { get; }

    /// <summary>What happened in the family and could not be told; its processes are traced as they were before.</summary>
    ulong Lost { get; }

    /// <summary>How often a process was not waited for any longer, because the answer to <see cref="IFamilyObserver.OnLibraries"/> took too long.</summary>
    ulong Gaps { get; }

    /// <summary>Takes a process in, without an image; before <see cref="Start"/>.</summary>
    /// <returns>Whether it is there.</returns>
    bool Add(int processId);

    /// <summary>Gives a process that is in the family an image; for the observer, while it is told of that process.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="image">The number of the image, or 0 for none.</param>
    void Assign(int processId, uint image);

    /// <summary>Observes the loading of libraries by a dynamic loader (<see cref="IFamilyObserver.OnLibraries"/>); to be asked once for each file.</summary>
    /// <param name="loader">The loader's file, as a process has it mapped.</param>
    /// <returns>Whether it can be observed.</returns>
    bool Observe(TargetModule loader);

    /// <summary>Tells the observer no more; processes stay in the family as they are.</summary>
    ValueTask StopAsync();

    /// <summary>Begins to tell the observer, on a thread of the family.</summary>
    void Start(IFamilyObserver observer);
}
