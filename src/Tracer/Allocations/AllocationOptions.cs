namespace Tracer.Allocations;

/// <summary>What is to be told of a process's memory.</summary>
public sealed record AllocationOptions
{
    /// <summary>To what memory is put down.</summary>
    public AllocationBy By { get; init; }

    /// <summary>Whether functions, or lines, are also told what those that they called asked for: whole stacks are recorded for it, which costs the target more.</summary>
    public bool Inclusive { get; init; }

    /// <summary>Which backend to use.</summary>
    public BackendChoice Backend { get; init; } = BackendChoice.Auto;

    /// <summary>The most blocks that are remembered until they are given back; of others it is counted that they were not.</summary>
    public int MaximumBlocks { get; init; } = 1 << 20;

    /// <summary>The most functions, lines or stacks.</summary>
    public int MaximumRows { get; init; } = 1 << 16;

    /// <summary>The most bytes of a name.</summary>
    public int TextLimit { get; init; } = 256;

    /// <summary>Says what is going on; null to be silent.</summary>
    public Microsoft.Extensions.Logging.ILogger? Logger { get; init; }

    /// <summary>Hears why the interpreter's own allocator is not seen.</summary>
    internal Action<string>? Unseen { get; init; }

    /// <summary>What of the numbers of functions and stacks is used: less, so that they collide, only in tests.</summary>
    internal ulong NumberMask { get; init; } = ulong.MaxValue;

    /// <summary>Whether stacks are recorded.</summary>
    internal bool HasStacks => Inclusive || By == AllocationBy.Stack;
}
