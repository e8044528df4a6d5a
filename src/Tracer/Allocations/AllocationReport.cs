namespace Tracer.Allocations;

/// <summary>What memory a process asked for while it was traced, by growth; where there are inclusive numbers, by theirs.</summary>
/// <param name="Rows">By whom, the fastest growing first.</param>
/// <param name="SmallBlocksProblem">Why the interpreter's own allocator of small blocks is not seen, in one clause, and only what it asks the C library for; null when it is seen.</param>
public sealed record AllocationReport(IReadOnlyList<AllocationRow> Rows, string? SmallBlocksProblem)
{
    /// <summary>Whether the interpreter's own allocator of small blocks is seen.</summary>
    public bool SeesSmallBlocks => SmallBlocksProblem is null;

    /// <summary>All rows' own memory together.</summary>
    public AllocationSum Total { get; init; }

    /// <summary>Of it, what is put down to no function for want of its name: the event that tells it was lost, or two stacks have one number.</summary>
    public AllocationSum Nameless { get; init; }

    /// <summary>Of it, what stacks asked for that have more frames than were recorded: functions beyond them lack it in their inclusive numbers.</summary>
    public AllocationSum Cut { get; init; }

    /// <summary>Blocks whose return was not seen, and which are known to be given back because their address was given anew. They are counted as given back, late.</summary>
    public ulong MissedFrees { get; init; }
}
