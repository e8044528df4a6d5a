namespace Tracer.Allocations;

/// <summary>To what memory is put down.</summary>
public enum AllocationBy
{
    /// <summary>The interpreted function that was running.</summary>
    Function,
    /// <summary>Its line.</summary>
    Line,
    /// <summary>Its line and those that called it.</summary>
    Stack,
}
