namespace Tracer.Allocations;

/// <summary>What memory a process asked for while it was traced, by growth.</summary>
/// <param name="Rows">By whom, the fastest growing first.</param>
/// <param name="SeesSmallBlocks">Whether the interpreter's own allocator of small blocks is seen; if not, only what it asks the C library for.</param>
public sealed record AllocationReport(IReadOnlyList<AllocationRow> Rows, bool SeesSmallBlocks);
