namespace Tracer.Runtimes.Python;

/// <summary>
/// How much of an interpreter is read. A target's memory may say anything, of purpose or because it is being written; whatever reaches one of these ends there, and
/// what is shown says so (docs/limits.md).
/// </summary>
public sealed record PythonLimits
{
    /// <summary>The usual.</summary>
    public static PythonLimits Default { get; } = new();

    /// <summary>Interpreters of one process.</summary>
    public int Interpreters { get; init; } = 1024;

    /// <summary>Thread states of all interpreters of a process.</summary>
    public int Threads { get; init; } = 1 << 16;

    /// <summary>Frames of a thread; CPython's own limit of recursion is 1000 if nobody raises it.</summary>
    public int Frames { get; init; } = 20_000;

    /// <summary>Frames of all threads together.</summary>
    public int FramesInAll { get; init; } = 1 << 18;

    /// <summary>Reads of memory for the frames of all threads, at some 50 ns each: with ten variables a frame, half of them containers, those of 20,000 frames.</summary>
    public long Reads { get; init; } = 16 << 20;

    /// <summary>Bytes that are read in all; tables of lines and names are kept.</summary>
    public long Bytes { get; init; } = 256 << 20;

    /// <summary>Characters of all variables of one frame together.</summary>
    public int VariablesLength { get; init; } = 1 << 20;

    /// <summary>Reads for one picture of a value, of variables or of a stack: what the picture has and what is looked up now.</summary>
    public long PictureReads { get; init; } = 50_000;

    /// <summary>Bytes for one picture.</summary>
    public long PictureBytes { get; init; } = 16 << 20;
}
