using Tracer.Runtimes.Python.Objects;

namespace Tracer.Stacks;

/// <summary>What stacks are to show.</summary>
public sealed record StacksOptions
{
    /// <summary>Whether native frames are shown between those of interpreted code. A process without an interpreter has no others.</summary>
    public bool Native { get; init; }

    /// <summary>Which threads, by id; all when empty.</summary>
    public IReadOnlyList<int> Threads { get; init; } = [];

    /// <summary>Whether the process may be stopped while its stacks are read; without it they are of no one moment.</summary>
    public bool Stop { get; init; } = true;

    /// <summary>How variables are shown; null for none.</summary>
    public PythonValueLimits? Locals { get; init; }

    /// <summary>How much of a native stack is copied, in bytes.</summary>
    public int StackSize { get; init; } = 512 << 10;

    /// <summary>How many native frames of a thread are shown.</summary>
    public int Depth { get; init; } = 1024;
}
