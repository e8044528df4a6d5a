namespace Tracer.Allocations;

/// <summary>The memory of one function, of one of its lines, or of a stack.</summary>
public sealed record AllocationRow
{
    /// <summary>The function's file; null when it is not known, or no interpreted code was running.</summary>
    public string? FileName { get; init; }

    /// <summary>The function: its qualified name where there is one; null likewise.</summary>
    public string? Function { get; init; }

    /// <summary>The line; null where memory is put down to functions.</summary>
    public int? Line { get; init; }

    /// <summary>The functions it was called by, itself first; empty where memory is not put down to stacks, or the stack is not known.</summary>
    public IReadOnlyList<AllocationFrame> Stack { get; init; } = [];

    /// <summary>Whether the stack has more frames than <see cref="Stack"/>.</summary>
    public bool IsCut { get; init; }

    /// <summary>Why there is no name; null when there is one.</summary>
    public string? Unknown { get; init; }

    /// <summary>What the function itself asked for, by native code that it called; what functions of Python that it called asked for is theirs.</summary>
    public required AllocationSum Own { get; init; }

    /// <summary>The same with what functions that it called asked for; a stack counts once, however often the function is in it. Null where stacks are not recorded, or rows are stacks.</summary>
    public AllocationSum? Inclusive { get; init; }

    /// <summary>How often memory was given.</summary>
    public ulong Allocations => Own.Allocations;

    /// <summary>How many bytes were asked for.</summary>
    public ulong Bytes => Own.Bytes;

    /// <summary>How many of these blocks were given back.</summary>
    public ulong Frees => Own.Frees;

    /// <summary>How many bytes that was.</summary>
    public ulong FreedBytes => Own.FreedBytes;

    /// <summary>By how many bytes it has grown.</summary>
    public long Growth => Own.Growth;
}
