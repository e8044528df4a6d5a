using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Elf;
using Tracer.Runtimes.Code;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The probes of waiting for the GIL, <c>gil__wait__start</c> and <c>gil__wait__done</c>: the entry of the function that takes it, when another thread holds
/// it, and its return. Since 3.2 that is take_gil (Python/ceval_gil.h, since 3.12 Python/ceval_gil.c), local and alone in the interpreter to wait with
/// pthread_cond_timedwait; in 2.7 it is PyThread_acquire_lock on the variable interpreter_lock (Python/ceval.c).
/// </summary>
internal static class GilProbes
{
    /// <summary>Its name.</summary>
    public const string Start = "gil__wait__start";

    /// <summary>Its name.</summary>
    public const string Done = "gil__wait__done";

    /// <summary>The probes, ready or dormant with the reason.</summary>
    public static IReadOnlyList<Probe> Make(InterpreterCode code)
    {
        if (code.Problem is { } unknown)
            return [code.Dormant(Start, unknown), code.Dormant(Done, unknown)];
        var functions = Functions(code);
        string? problem = functions.Count == 0 || functions.Any(f => !f.Any(i => i.FlowControl == FlowControl.Return)) ? "the function that takes the GIL (take_gil) was not found" : null;
        var isHeld = problem is null ? IsHeld(code, out problem) : null;
        if (isHeld is null)
            return [code.Dormant(Start, problem!), code.Dormant(Done, problem!)];
        var stack = Build.Register(X64Register.Rsp);
        var frames = new FrameStore("waits for the GIL", 1);
        var starts = functions.Select(f => code.Search.EntryOf(f[0].IP)).Select(e => new ProbeSite(e, new ExpressionList()) { Guard = isHeld(e) }).ToArray();
        var dones = functions.SelectMany(f => f).Where(i => i.FlowControl == FlowControl.Return)
            .Select(i => new ProbeSite(code.LocationOf(i.IP), new ExpressionList())
            {
                Restore = new FrameRestore(frames, stack),
            }).ToArray();
        return
        [
            code.Make(Start, starts, "at the entry of the function that takes the GIL, when another thread holds it"),
            code.Make(Done, dones, "at the return of the function that takes the GIL, when another thread held it at its entry") with
            {
                Companions = [.. starts.Select(s => new CompanionSite(s.Location, new FrameSave(frames, stack, new ExpressionList(stack))) { Guard = s.Guard })],
            },
        ];
    }

    private static IReadOnlyList<IReadOnlyList<Instruction>> Functions(InterpreterCode code)
    {
        if (code.Version.Major == 2)
            return code.Search.Find("PyThread_acquire_lock") is { } acquire && code.Search.FunctionAt(acquire) is { Count: > 0 } function ? [function] : [];
        // More than one where the compiler made a copy for callers that pass a constant.
        return [.. code.Search.CallsOf(code.CallsTo("pthread_cond_timedwait"u8)).Select(c => c.Function).Distinct().Select(code.Search.FunctionAt)];
    }

    /// <summary>Makes the question whether the GIL is held, at an entry of the function; null with a reason.</summary>
    private static Func<CodeLocation, Expression>? IsHeld(InterpreterCode code, out string? problem)
    {
        problem = null;
        var layout = PythonThreadLayout.ForVersion(code.Version)!;
        if (code.Version.Major == 2)
            return IsInterpreterLockHeld(code, out problem);
        if (layout.InterpreterGil is { } gil)
        {
            // static void take_gil(PyThreadState *tstate)
            var interpreter = Build.LoadPointer(Build.Register(X64Register.Rdi), PythonThreadLayout.ThreadInterpreter);
            return _ => IsLocked(Build.LoadPointer(interpreter, gil));
        }

        if (layout.RuntimeGil is { } inRuntime && code.Search.Find("_PyRuntime") is { } runtime)
            return entry => IsLocked(entry.AddressOf(runtime + (ulong)inRuntime));
        // 3.6: int PyEval_ThreadsInitialized(void) tells whether gil_locked is negative.
        if (code.Search.Find("PyEval_ThreadsInitialized") is { } getter && FirstVariable(code.Search.FunctionAt(getter)) is { } locked)
            return entry => Build.Binary(BinaryOperator.Less, Build.Constant(0, IntegerType.Int32), Build.Load(entry.AddressOf(locked), 0, IntegerType.Int32));
        problem = "the GIL was not found";
        return null;
    }

    // It is -1 before there is a GIL (Include/internal/pycore_gil.h).
    private static Expression IsLocked(Expression gil) =>
        Build.Binary(BinaryOperator.Less, Build.Constant(0, IntegerType.Int32), Build.Load(gil, PythonThreadLayout.GilLocked, IntegerType.Int32));

    // int PyThread_acquire_lock(PyThread_type_lock lock, int waitflag), where a lock is a semaphore of the C library (Python/thread_pthread.h), whose first 32 bits
    // are its value (glibc, sysdeps/nptl/internaltypes.h, struct new_sem).
    private static Func<CodeLocation, Expression>? IsInterpreterLockHeld(InterpreterCode code, out string? problem)
    {
        problem = null;
        if (code.Search.Find("PyEval_RestoreThread") is not { } restore || FirstVariable(code.Search.FunctionAt(restore)) is not { } variable)
        {
            problem = "interpreter_lock was not found";
            return null;
        }

        var given = Build.Register(X64Register.Rdi);
        var waits = Build.Binary(BinaryOperator.NotEqual, Build.Convert(Build.Register(X64Register.Rsi), IntegerType.Int32), Build.Constant(0, IntegerType.Int32));
        return entry => Build.Binary(BinaryOperator.LogicalAnd,
            Build.Binary(BinaryOperator.LogicalAnd, Build.Binary(BinaryOperator.Equal, given, Build.LoadPointer(entry.AddressOf(variable))), waits),
            Build.EqualTo(Build.Load(given, 0, IntegerType.Int32), 0));
    }

    // What the first load from a place in the file's data reads.
    private static ulong? FirstVariable(IReadOnlyList<Instruction> function) =>
        function.Where(i => i is { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Register, Op1Kind: OpKind.Memory }
                && (i.IsIPRelativeMemoryOperand || (i.MemoryBase == Register.None && i.MemoryIndex == Register.None && i.SegmentPrefix == Register.None)))
            .Select(i => (ulong?)(i.IsIPRelativeMemoryOperand ? i.IPRelativeMemoryAddress : i.MemoryDisplacement64)).FirstOrDefault();
}
