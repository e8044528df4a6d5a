using Tracer.Core.Probes;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The probes of C functions that Python code calls, <c>cfunction__entry</c> and <c>cfunction__return</c>, as <c>sys.setprofile</c> reports them: c_call, and
/// c_return or c_exception. No version has a place that every such call passes and no other, so that both are dormant in all.
/// </summary>
internal static class CFunctionProbes
{
    /// <summary>Its name.</summary>
    public const string Entry = "cfunction__entry";

    /// <summary>Its name.</summary>
    public const string Return = "cfunction__return";

    /// <summary>The probes, dormant with the reason.</summary>
    public static IReadOnlyList<Probe> Make(InterpreterCode code)
    {
        var reason = code.Problem ?? code.Version switch
        {
            // Python/ceval.c, call_function: fast_function aside, it calls functions of no argument and of one directly, others by PyCFunction_Call.
            { Major: 2 } => "its evaluation loop calls some C functions by itself and others by a function that C code uses too",
            // Python/ceval.c, call_function and do_call_core; Objects/methodobject.c and Objects/descrobject.c.
            { Minor: <= 10 } => "its evaluation loop calls C functions by functions that C code uses too",
            // Python/ceval.c, since 3.12 Python/bytecodes.c: CALL_BUILTIN_FAST, CALL_METHOD_DESCRIPTOR_NOARGS, CALL_LEN and many more.
            _ => "each of the specialised forms of CALL calls C functions by itself, and some do the work without a call",
        };
        return [code.Dormant(Entry, reason), code.Dormant(Return, reason)];
    }
}
