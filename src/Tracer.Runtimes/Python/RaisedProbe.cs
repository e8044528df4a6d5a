using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// <c>exception__raised</c>: an exception that a <c>raise</c> statement or C code has raised reaches a Python frame. That is at <c>PyTraceBack_Here</c> (Python/traceback.c),
/// which all versions export and the evaluation loop calls for every frame that an exception passes: for the first one the exception has no traceback yet, or the
/// frame's instruction is a <c>raise</c>. Neither exceptions that C code takes back itself pass there, nor those raised again by <c>finally</c>, <c>with</c> or a
/// bare <c>raise</c>.
/// </summary>
internal static class RaisedProbe
{
    /// <summary>Its name.</summary>
    public const string Name = "exception__raised";

    // PyFrameObject.f_frame, 3.11 and later.
    private const int InterpreterFrameOf = 24;

    // RAISE_VARARGS of 2.7 and 3.6 to 3.10 (Include/opcode.h).
    private const byte Raise = 130;

    // PyBaseExceptionObject.traceback, 3.11 and later.
    private const int Traceback = 40;

    private const string Function = "PyTraceBack_Here";

    /// <summary>The probe, or null with a reason in one clause.</summary>
    public static IReadOnlyList<Probe>? Make(TargetModule module, PythonVersion version, PythonLayout layout, out string? problem)
    {
        if (!NamedFunction.TryFindSymbol(module.Image, Function, out var symbol) || symbol.Type != ElfSymbolType.Function)
        {
            problem = $"{Function} is in no symbol table";
            return null;
        }

        if (CurrentThread.Find(module.Image, out problem) is not { } current)
            return null;
        var entry = module.EntryOf(symbol.Value);
        // int PyTraceBack_Here(PyFrameObject *frame)
        var frameObject = Build.Register(X64Register.Rdi);
        var thread = current.At(entry.ImageAddress);
        var (isRaise, fileName, line) = layout.InterpreterFrame is null ? OfFrameObject(frameObject, version, layout) : OfInterpreterFrame(frameObject, version, layout);
        var isFirst = Build.EqualTo(TracebackOf(thread, version, layout), 0);
        var exception = Current(thread, version, layout);
        var arguments = new ExpressionList(exception.TypeName, exception.Message, fileName, line);
        var place = new ProbeSite(entry, arguments) { Guard = Build.Binary(BinaryOperator.LogicalOr, isFirst, isRaise) };
        return
        [
            new("python", Name, module, ProbeSource.Synthesised, PythonProbeParameters.Of(Name), [place])
            {
                Note = $"at the entry of {Function}, for the first frame that an exception passes",
            },
        ];
    }

    /// <summary>The exception that is on its way in a thread.</summary>
    public static PythonException Current(Expression thread, PythonVersion version, PythonLayout layout)
    {
        var at = ExceptionOf(layout);
        return version.IsAtLeast(3, 12)
            ? new PythonException(null, Build.LoadPointer(thread, at), version, layout)
            : new PythonException(Build.LoadPointer(thread, at), Build.LoadPointer(thread, at + 8), version, layout);
    }

    /// <summary>The name of the type of the exception that is on its way in the thread that runs, at any site of the process; null when the thread is not found.</summary>
    public static Expression? CurrentTypeName(TargetModule module, PythonVersion version, PythonLayout layout) =>
        CurrentThread.Find(module.Image, out _) is { } current ? Current(current.In(module.LoadBias), version, layout).TypeName : null;

    private static Expression TracebackOf(Expression thread, PythonVersion version, PythonLayout layout) => version.IsAtLeast(3, 12)
        ? Build.LoadPointer(Build.LoadPointer(thread, ExceptionOf(layout)), Traceback)
        : Build.LoadPointer(thread, ExceptionOf(layout) + 16);

    private static int ExceptionOf(PythonLayout layout) => layout.FrameObject?.ThreadException ?? layout.InterpreterFrame!.ThreadException;

    private static (Expression IsRaise, Expression FileName, Expression Line) OfInterpreterFrame(Expression frameObject, PythonVersion version, PythonLayout layout)
    {
        var frame = new InterpreterFrame(Build.LoadPointer(frameObject, InterpreterFrameOf), layout);
        return (Build.EqualTo(frame.Opcode, PythonOpcodes.ForVersion(version)!.Raise), frame.FileName, frame.Line);
    }

    private static (Expression IsRaise, Expression FileName, Expression Line) OfFrameObject(Expression frame, PythonVersion version, PythonLayout layout)
    {
        var code = Build.LoadPointer(frame, layout.FrameCode);
        var last = Build.Load(frame, layout.FrameLastInstruction, IntegerType.Int32);
        // f_lasti counts instructions of two bytes since 3.10; extension modules make frames that have not begun, in which nothing is raised.
        var offset = Build.Binary(BinaryOperator.ShiftLeft, Build.ToUInt64(last), Build.Constant(version.IsAtLeast(3, 10) ? 1UL : 0));
        var opcode = Build.Load(Build.Add(Build.Offset(Build.LoadPointer(code, layout.FrameObject!.CodeBytecode), layout.BytesData), offset), 0, IntegerType.UInt8);
        var hasBegun = Build.Binary(BinaryOperator.LessOrEqual, Build.Constant(0, IntegerType.Int32), last);
        return (
            Build.Binary(BinaryOperator.LogicalAnd, hasBegun, Build.EqualTo(opcode, Raise)),
            PythonText.Of(Build.LoadPointer(code, layout.CodeFileName), layout),
            PythonLines.Of(frame, version, layout));
    }
}
