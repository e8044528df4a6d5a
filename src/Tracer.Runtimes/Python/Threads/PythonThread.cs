namespace Tracer.Runtimes.Python.Threads;

/// <summary>A thread state of an interpreter in the target. A thread of the system may have several.</summary>
public sealed record PythonThread
{
    /// <summary>The address of its PyThreadState.</summary>
    public required ulong Address { get; init; }

    /// <summary>The interpreter's id: 0 is the main one. Before 3.7 counted from the last one made, since those have no ids.</summary>
    public required long Interpreter { get; init; }

    /// <summary>pthread_self(), which is the fs base of the system's thread.</summary>
    public required ulong PosixThread { get; init; }

    /// <summary>gettid() as the target sees it; 0 before 3.11.</summary>
    public required int NativeId { get; init; }

    /// <summary>The name that the module threading knows it by; null when that has none.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it holds its interpreter's GIL.</summary>
    public required bool HoldsGil { get; init; }

    /// <summary>Its frames, innermost first.</summary>
    public required IReadOnlyList<PythonFrame> Frames { get; init; }

    /// <summary>
    /// For every group of frames an address inside the stack frame of the evaluation function that runs it (3.10 and later); 0 where there is none.
    /// </summary>
    public required IReadOnlyList<ulong> GroupMarks { get; init; }

    /// <summary>Why there are no more frames although there should be, in one clause; null when the stack is whole.</summary>
    public string? Problem { get; init; }
}
