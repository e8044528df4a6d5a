namespace Tracer.Core.Stacks.Threads;

/// <summary>The stack of a thread.</summary>
public sealed record ThreadStack
{
    /// <summary>The thread's id; 0 when which thread of the system it is could not be told.</summary>
    public required int ThreadId { get; init; }

    /// <summary>The name that the kernel has for it.</summary>
    public required string Comm { get; init; }

    /// <summary>The name that its program gave it; null when there is none.</summary>
    public string? Name { get; init; }

    /// <summary>The interpreter it runs in, when that is not the main one.</summary>
    public long? Interpreter { get; init; }

    /// <summary>Whether it holds the lock of its interpreter.</summary>
    public bool HoldsLock { get; init; }

    /// <summary>Its frames, innermost first.</summary>
    public required IReadOnlyList<ThreadFrame> Frames { get; init; }

    /// <summary>What is missing or doubtful in the frames, a clause each.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
