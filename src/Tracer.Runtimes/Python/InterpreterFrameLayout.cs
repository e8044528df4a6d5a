namespace Tracer.Runtimes.Python;

/// <summary>
/// What CPython 3.11 and later have beside the common members: _PyInterpreterFrame (Include/internal/pycore_frame.h, since 3.14 pycore_interpframe_structs.h),
/// and the members of PyCodeObject and PyThreadState that go with it.
/// </summary>
public sealed record InterpreterFrameLayout
{
    /// <summary>_PyInterpreterFrame.f_func of 3.11, since then .f_funcobj.</summary>
    public int Function { get; init; } = 16;
    /// <summary>PyFunctionObject.func_module.</summary>
    public int FunctionModule { get; init; } = 104;
    /// <summary>_PyInterpreterFrame.previous.</summary>
    public required int Previous { get; init; }
    /// <summary>_PyInterpreterFrame.stacktop, an int that counts slots from localsplus; null since 3.14.</summary>
    public int? StackTop { get; init; }
    /// <summary>_PyInterpreterFrame.stackpointer; null before 3.14.</summary>
    public int? StackPointer { get; init; }
    /// <summary>_PyInterpreterFrame.is_entry, a byte; null but for 3.11.</summary>
    public int? IsEntry { get; init; }
    /// <summary>_PyInterpreterFrame.owner, a byte.</summary>
    public required int Owner { get; init; }
    /// <summary>_PyInterpreterFrame.localsplus.</summary>
    public required int Locals { get; init; }
    /// <summary>Whether references in frames are _PyStackRef, whose low two bits are a tag (3.14 and later).</summary>
    public bool IsTagged { get; init; }
    /// <summary>PyCodeObject.co_qualname.</summary>
    public int CodeQualifiedName { get; init; } = 128;
    /// <summary>PyCodeObject.co_consts.</summary>
    public int CodeConstants { get; init; } = 24;
    /// <summary>PyCodeObject.co_code_adaptive, the instructions, two bytes each.</summary>
    public required int CodeBytecode { get; init; }
    /// <summary>PyCodeObject._co_firsttraceable, an int: the index of the first RESUME.</summary>
    public required int FirstTraceable { get; init; }
    /// <summary>PyCodeObject._co_instrumentation_version, 8 bytes; null before 3.12.</summary>
    public int? CodeMonitoringVersion { get; init; }
    /// <summary>PyThreadState.curexc_type of 3.11, .current_exception since 3.12.</summary>
    public required int ThreadException { get; init; }
    /// <summary>PyThreadState.tracing, an int.</summary>
    public required int ThreadTracing { get; init; }
    /// <summary>PyThreadState.eval_breaker, 8 bytes, whose upper 56 bits are the version of the monitoring; null before 3.13.</summary>
    public int? ThreadBreaker { get; init; }
}
