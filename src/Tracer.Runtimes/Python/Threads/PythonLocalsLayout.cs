namespace Tracer.Runtimes.Python.Threads;

/// <summary>Where the variables of a frame are: offsets in bytes in PyCodeObject and in PyFrameObject, since 3.11 _PyInterpreterFrame.</summary>
public sealed record PythonLocalsLayout
{
    /// <summary>co_argcount, an int: positional arguments.</summary>
    public required int CodeArguments { get; init; }
    /// <summary>co_kwonlyargcount, an int, of 3.x.</summary>
    public int? CodeKeywordOnly { get; init; }
    /// <summary>co_nlocals until 3.10, since then co_nlocalsplus: an int.</summary>
    public required int CodeLocals { get; init; }
    /// <summary>co_varnames until 3.10, since then co_localsplusnames: a tuple.</summary>
    public required int CodeNames { get; init; }
    /// <summary>co_cellvars, until 3.10.</summary>
    public int CodeCells { get; init; }
    /// <summary>co_freevars, until 3.10.</summary>
    public int CodeFree { get; init; }
    /// <summary>co_localspluskinds, since 3.11: bytes.</summary>
    public int? CodeKinds { get; init; }
    /// <summary>f_localsplus.</summary>
    public required int FrameSlots { get; init; }
    /// <summary>f_locals, the mapping of code that is no function.</summary>
    public required int FrameMapping { get; init; }
    /// <summary>f_globals.</summary>
    public required int FrameGlobals { get; init; }

    /// <summary>The layout of the feature release; <see cref="PythonLayout"/> has the versions that there are.</summary>
    public static PythonLocalsLayout ForVersion(PythonVersion version) => (version.Major, version.Minor) switch
    {
        (2, _) => Old(16, null, 20, 56, cells: 72, free: 64, slots: 376),
        (3, 6) => Old(16, 20, 24, 64, cells: 80, free: 72, slots: 376),
        (3, 7) => Old(16, 20, 24, 64, cells: 80, free: 72, slots: 360),
        (3, 8) or (3, 9) => Old(16, 24, 28, 72, cells: 88, free: 80, slots: 360),
        (3, 10) => Old(16, 24, 28, 72, cells: 88, free: 80, slots: 352),
        (3, 11) => New(56, 76, slots: 72, mapping: 24, globals: 8),
        (3, 12) or (3, 13) => New(52, 72, slots: 72, mapping: 40, globals: 24),
        _ => New(52, 72, slots: 80, mapping: 40, globals: 24),
    };

    private static PythonLocalsLayout Old(int arguments, int? keywordOnly, int count, int names, int cells, int free, int slots) => new()
    {
        CodeArguments = arguments,
        CodeKeywordOnly = keywordOnly,
        CodeLocals = count,
        CodeNames = names,
        CodeCells = cells,
        CodeFree = free,
        FrameSlots = slots,
        FrameMapping = 56,
        FrameGlobals = 48,
    };

    private static PythonLocalsLayout New(int arguments, int count, int slots, int mapping, int globals) => new()
    {
        CodeArguments = arguments,
        CodeKeywordOnly = arguments + 8,
        CodeLocals = count,
        CodeNames = 96,
        CodeKinds = 104,
        FrameSlots = slots,
        FrameMapping = mapping,
        FrameGlobals = globals,
    };
}
