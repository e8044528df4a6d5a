namespace Tracer.Allocations;

/// <summary>The memory of one function, or of one of its lines.</summary>
public sealed record AllocationRow
{
    /// <summary>The function's file; null when it is not known, or no interpreted code was running.</summary>
    public string? FileName { get; init; }

    /// <summary>The function: its qualified name where there is one; null likewise.</summary>
    public string? Function { get; init; }

    /// <summary>The line; null where memory is put down to functions.</summary>
    public int? Line { get; init; }

    /// <summary>Why there is no name; null when there is one.</summary>
    public string? Unknown { get; init; }

    /// <summary>How often memory was given.</summary>
    public required ulong Allocations { get; init; }

    /// <summary>How many bytes were asked for.</summary>
    public required ulong Bytes { get; init; }

    /// <summary>How many of these blocks were given back.</summary>
    public required ulong Frees { get; init; }

    /// <summary>How many bytes that was.</summary>
    public required ulong FreedBytes { get; init; }

    /// <summary>By how many bytes it has grown.</summary>
    public long Growth => unchecked((long)(Bytes - FreedBytes));
}
