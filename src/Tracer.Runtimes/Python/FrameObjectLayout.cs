namespace Tracer.Runtimes.Python;

/// <summary>Members of PyFrameObject that only matter up to CPython 3.10, where a frame object is what runs.</summary>
public sealed record FrameObjectLayout
{
    /// <summary>f_lineno, an int.</summary>
    public required int Line { get; init; }
    /// <summary>f_stacktop, a pointer that is null unless the frame is suspended by a yield; null for 3.10, which has no such member.</summary>
    public int? StackTop { get; init; }
    /// <summary>f_state of 3.10, a signed byte; null before.</summary>
    public int? State { get; init; }
}
