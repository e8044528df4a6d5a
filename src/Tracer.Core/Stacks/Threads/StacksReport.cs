namespace Tracer.Core.Stacks.Threads;

/// <summary>The stacks of all threads of a process.</summary>
public sealed record StacksReport
{
    /// <summary>The process.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Its command line.</summary>
    public required string CommandLine { get; init; }

    /// <summary>The interpreters in it: <c>CPython 3.11.2</c>.</summary>
    public required IReadOnlyList<string> Runtimes { get; init; }

    /// <summary>The threads, by id.</summary>
    public required IReadOnlyList<ThreadStack> Threads { get; init; }

    /// <summary>How many threads run no interpreted code and were left out.</summary>
    public int OmittedThreads { get; init; }

    /// <summary>How long the process was stopped; zero when it was not.</summary>
    public TimeSpan Stopped { get; init; }

    /// <summary>Why the process was not stopped, so that its stacks are of no one moment; null when it was.</summary>
    public string? NotStopped { get; init; }

    /// <summary>What else there is to say, a sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
