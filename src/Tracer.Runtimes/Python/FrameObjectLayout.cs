namespace Tracer.Runtimes.Python;

/// <summary>Members that only matter up to CPython 3.10, where a frame object is what runs: of PyFrameObject, and of PyCodeObject and PyThreadState.</summary>
public sealed record FrameObjectLayout
{
    /// <summary>f_back, the frame of the caller: behind PyVarObject in all these versions.</summary>
    public const int Back = 24;

    /// <summary>f_lineno, an int.</summary>
    public required int Line { get; init; }
    /// <summary>f_stacktop, a pointer that is null unless the frame is suspended by a yield; null for 3.10, which has no such member.</summary>
    public int? StackTop { get; init; }
    /// <summary>f_state of 3.10, a signed byte; null before.</summary>
    public int? State { get; init; }
    /// <summary>f_iblock, an int: how many blocks are open.</summary>
    public required int BlockCount { get; init; }
    /// <summary>f_blockstack, an array of PyTryBlock: three ints, b_type, b_handler and b_level.</summary>
    public required int Blocks { get; init; }
    /// <summary>PyCodeObject.co_code, a bytes object (2.7: a str).</summary>
    public required int CodeBytecode { get; init; }
    /// <summary>PyThreadState.frame.</summary>
    public required int ThreadFrame { get; init; }
    /// <summary>PyThreadState.curexc_type, before curexc_value and curexc_traceback.</summary>
    public required int ThreadException { get; init; }
}
