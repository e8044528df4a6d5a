using Tracer.Runtimes.Python.Objects;

namespace Tracer.Runtimes.Python.Threads;

/// <summary>
/// What CPython 3.13 and later say of their own layout at the start of _PyRuntime (Include/internal/pycore_debug_offsets.h, _Py_DebugOffsets). It goes before what
/// the table says of the feature release.
/// </summary>
internal static class PythonDebugOffsets
{
    // "xdebugpy", little-endian.
    private const ulong Cookie = 0x7970677562656478;
    private const ulong Largest = 1 << 20;

    /// <summary>The layout with the published offsets in it; null with a reason when this is no such build, or one without the GIL.</summary>
    public static PythonThreadLayout? Apply(PythonMemory memory, ulong runtime, PythonVersion version, PythonThreadLayout layout, out string? problem)
    {
        var cookie = memory.Pointer(runtime);
        var hex = (uint)memory.Pointer(runtime + 8);
        var isFreeThreaded = memory.Pointer(runtime + 16) != 0;
        problem = memory.TakeFault() is not null ? "its _PyRuntime cannot be read"
            : cookie != Cookie || hex >> 16 != (uint)(version.Major << 8 | version.Minor) ? "its _PyRuntime does not describe itself as that of this version"
            : isFreeThreaded ? "builds without the GIL are not supported yet"
            : null;
        if (problem is not null)
            return null;

        // Where the structure has them; it changes with the feature release only.
        var (modules, gil, next, frame, id, nativeId) = version.Minor switch
        {
            13 => (88, 112, 168, 184, 192, 200),
            14 => (96, 120, 192, 208, 216, 224),
            _ => (96, 120, 192, 208, 240, 248),
        };
        var published = layout with
        {
            RuntimeInterpreters = At(40),
            InterpreterId = At(56),
            InterpreterNext = At(64),
            InterpreterThreads = At(72),
            InterpreterModules = At(modules),
            InterpreterGil = At(gil),
            ThreadNext = At(next),
            ThreadFrame = At(frame),
            ThreadId = At(id),
            ThreadNativeId = At(nativeId),
        };
        if (memory.TakeFault() is not null)
            problem = "its _PyRuntime cannot be read";
        return problem is null ? published : null;

        int At(int place) => (int)Math.Min(memory.Pointer(runtime + (ulong)place), Largest);
    }
}
