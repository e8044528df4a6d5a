using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Elf;
using Tracer.Runtimes.Code;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The probes of threads that Python code starts: both are in the function that such a thread runs (Modules/_threadmodule.c, thread_run, up to 3.9
/// t_bootstrap), at its calls of PyEval_AcquireThread, behind which Python code runs, and of PyThreadState_Clear, before which it ran. The thread state is the
/// argument of both.
/// </summary>
internal static class ThreadProbes
{
    /// <summary>Its name.</summary>
    public const string Start = "thread__start";

    /// <summary>Its name.</summary>
    public const string Exit = "thread__exit";

    /// <summary>The probes, ready or dormant with the reason.</summary>
    public static IReadOnlyList<Probe> Make(InterpreterCode code)
    {
        if (code.Problem is { } unknown)
            return [code.Dormant(Start, unknown), code.Dormant(Exit, unknown)];
        if (Find(code, out var start, out var exit) is { } problem)
            return [code.Dormant(Start, problem), code.Dormant(Exit, problem)];
        return
        [
            code.Make(Start, [Site(code, start)], "in the function that threads run, before the thread takes the GIL for the first time"),
            code.Make(Exit, [Site(code, exit)], "in the function that threads run, when the thread's code has ended; not for threads that the end of the program cuts short"),
        ];
    }

    private static string? Find(InterpreterCode code, out Instruction start, out Instruction exit)
    {
        var starter = code.Version.IsAtLeast(3, 13) ? "PyThread_start_joinable_thread"u8 : "PyThread_start_new_thread"u8;
        var functions = code.Search.CallsOf(code.CallsTo(starter)).Select(c => c.AddressIn(Register.RDI)).OfType<ulong>().Distinct().Select(code.Search.FunctionAt).ToArray();
        // faulthandler's threads run no Python code: their functions have neither call.
        Instruction[] starts = Calls(code.CallsTo("PyEval_AcquireThread"u8)), exits = Calls(code.CallsTo("PyThreadState_Clear"u8));
        (start, exit) = (starts.FirstOrDefault(), exits.FirstOrDefault());
        return starts.Length == 1 && exits.Length == 1 ? null : "the function that threads run (thread_run) was not found";

        Instruction[] Calls(CallTargets callee) => [.. functions.SelectMany(f => f).Where(i => callee.IsCalledBy(i))];
    }

    private static ProbeSite Site(InterpreterCode code, in Instruction call) => new(code.LocationOf(call.IP),
        new ExpressionList(Build.LoadPointer(Build.Register(X64Register.Rdi), PythonThreadLayout.ForVersion(code.Version)!.ThreadId)));
}
