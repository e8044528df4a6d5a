namespace Tracer.Runtimes.Python.Threads;

/// <summary>
/// Where a CPython keeps its interpreters and thread states: offsets in bytes (Include/cpython/pystate.h, Include/internal/pycore_interp.h and
/// pycore_runtime.h; Include/pystate.h and Python/pystate.c of 2.7). The numbers were read from debugging information of builds of every version.
/// </summary>
public sealed record PythonThreadLayout
{
    /// <summary>_gil_runtime_state.last_holder, since 3.12 reached through the interpreter's pointer.</summary>
    public const int GilHolder = 8;
    /// <summary>_gil_runtime_state.locked, an int.</summary>
    public const int GilLocked = 16;
    /// <summary>PyThreadState.interp, in all of 3.x.</summary>
    public const int ThreadInterpreter = 16;

    /// <summary>_PyRuntimeState.interpreters.head; null before 3.7, which have a variable instead.</summary>
    public int? RuntimeInterpreters { get; init; }
    /// <summary>_PyRuntimeState.gilstate.tstate_current, 3.7 to 3.11.</summary>
    public int? RuntimeCurrentThread { get; init; }
    /// <summary>_PyRuntimeState.ceval.gil, 3.7 to 3.11.</summary>
    public int? RuntimeGil { get; init; }
    /// <summary>PyInterpreterState.next.</summary>
    public int InterpreterNext { get; init; }
    /// <summary>PyInterpreterState.id, a 64-bit integer; null before 3.7.</summary>
    public int? InterpreterId { get; init; }
    /// <summary>PyInterpreterState.tstate_head, since 3.11 threads.head.</summary>
    public int InterpreterThreads { get; init; } = 8;
    /// <summary>PyInterpreterState.modules, since 3.12 imports.modules: a dict.</summary>
    public required int InterpreterModules { get; init; }
    /// <summary>PyInterpreterState.ceval.gil, a pointer, since 3.12.</summary>
    public int? InterpreterGil { get; init; }
    /// <summary>PyThreadState.next.</summary>
    public int ThreadNext { get; init; } = 8;
    /// <summary>PyThreadState.frame, since 3.13 current_frame; null where a _PyCFrame is between.</summary>
    public int? ThreadFrame { get; init; }
    /// <summary>PyThreadState.cframe, 3.10 to 3.12.</summary>
    public int? ThreadCFrame { get; init; }
    /// <summary>PyThreadState.root_cframe, where the chain of _PyCFrames ends.</summary>
    public int ThreadRootCFrame { get; init; }
    /// <summary>_PyCFrame.current_frame, 3.11 and 3.12.</summary>
    public int? CFrameCurrent { get; init; }
    /// <summary>_PyCFrame.previous.</summary>
    public int CFramePrevious { get; init; }
    /// <summary>PyThreadState.thread_id: pthread_self(), which is the thread's fs base.</summary>
    public required int ThreadId { get; init; }
    /// <summary>PyThreadState.native_thread_id: gettid() in the target's pid namespace, since 3.11.</summary>
    public int? ThreadNativeId { get; init; }

    /// <summary>The layout of the feature release, as builds with the GIL have it; null for versions outside 2.7 and 3.6 to 3.15.</summary>
    public static PythonThreadLayout? ForVersion(PythonVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (version.Major, version.Minor) switch
        {
            (2, 7) => new() { InterpreterModules = 16, ThreadNext = 0, ThreadFrame = 16, ThreadId = 144 },
            (3, 6) => new() { InterpreterModules = 16, ThreadFrame = 24, ThreadId = 152 },
            (3, 7) => Old(24, 1480, gil: 1264, interpreterId: 16, modules: 40),
            (3, 8) => Old(32, 1368, gil: 1152, interpreterId: 16, modules: 56),
            (3, 9) => Old(32, 568, gil: 352, interpreterId: 24, modules: 856),
            (3, 10) => Old(32, 568, gil: 352, interpreterId: 24, modules: 856) with { ThreadCFrame = 48, ThreadRootCFrame = 264, CFramePrevious = 8 },
            (3, 11) => new()
            {
                RuntimeInterpreters = 40,
                RuntimeCurrentThread = 576,
                RuntimeGil = 360,
                InterpreterId = 48,
                InterpreterThreads = 16,
                InterpreterModules = 888,
                ThreadCFrame = 56,
                ThreadRootCFrame = 336,
                CFrameCurrent = 8,
                CFramePrevious = 16,
                ThreadId = 152,
                ThreadNativeId = 160,
            },
            (3, 12) => new()
            {
                RuntimeInterpreters = 40,
                InterpreterId = 8,
                InterpreterThreads = 72,
                InterpreterModules = 944,
                InterpreterGil = 384,
                ThreadCFrame = 56,
                ThreadRootCFrame = 272,
                CFrameCurrent = 0,
                CFramePrevious = 8,
                ThreadId = 136,
                ThreadNativeId = 144,
            },
            (3, 13) => New(632, next: 7264, threads: 7344, modules: 7656) with { ThreadId = 152, ThreadNativeId = 160 },
            (3, 14) => New(808, next: 7272, threads: 7344, modules: 7688) with { ThreadId = 152, ThreadNativeId = 160 },
            (3, 15) => New(936, next: 7264, threads: 7336, modules: 7592),
            _ => null,
        };

        static PythonThreadLayout Old(int interpreters, int current, int gil, int interpreterId, int modules) => new()
        {
            RuntimeInterpreters = interpreters,
            RuntimeCurrentThread = current,
            RuntimeGil = gil,
            InterpreterId = interpreterId,
            InterpreterModules = modules,
            ThreadFrame = 24,
            ThreadId = 176,
        };

        static PythonThreadLayout New(int interpreters, int next, int threads, int modules) => new()
        {
            RuntimeInterpreters = interpreters,
            InterpreterNext = next,
            InterpreterId = next + 8,
            InterpreterThreads = threads,
            InterpreterModules = modules,
            InterpreterGil = 16,
            ThreadFrame = 72,
            ThreadId = 176,
            ThreadNativeId = 184,
        };
    }
}
