using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Elf;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The probes of threads that Python code starts: both are in the function that such a thread runs (Modules/_threadmodule.c, thread_run, up to 3.9
/// t_bootstrap), at its calls of PyEval_AcquireThread, behind which Python code runs, and of PyThreadState_Clear, before which it ran. The thread state is the
/// argument of both.
/// </summary>
internal static class ThreadProbes
{
    private const string Start = "thread__start";
    private const string Exit = "thread__exit";

    // Since 3.13 the second.
    private static readonly string[] Starters = ["PyThread_start_new_thread", "PyThread_start_joinable_thread"];

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
        var run = Starters.SelectMany(code.Search.CallsOf).Select(c => c.AddressIn(Register.RDI)).OfType<ulong>().ToHashSet();
        var starts = In("PyEval_AcquireThread");
        var exits = In("PyThreadState_Clear");
        (start, exit) = (starts.FirstOrDefault(), exits.FirstOrDefault());
        // faulthandler's threads run no Python code: their function has neither call.
        return starts.Length == 1 && exits.Length == 1 ? null : "the function that threads run (thread_run) was not found";

        Instruction[] In(string callee) => [.. code.Search.CallsOf(callee).Where(c => run.Contains(c.Function)).Select(c => c.Instruction)];
    }

    private static ProbeSite Site(InterpreterCode code, in Instruction call) => new(code.Search.LocationOf(call.IP),
        new ExpressionList(Build.LoadPointer(Build.Register(X64Register.Rdi), PythonThreadLayout.ForVersion(code.Version)!.ThreadId)));
}
