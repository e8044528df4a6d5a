using Tracer.Allocations;

namespace Tracer.Cli.Allocations;

/// <summary>What <c>alloc</c> was asked to do.</summary>
internal sealed record AllocationRequest(int ProcessId, AllocationOptions Options, TimeSpan? Duration, TimeSpan? Interval, int Top, bool Json);
