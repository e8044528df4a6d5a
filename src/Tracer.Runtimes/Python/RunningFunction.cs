using Tracer.Core.Expressions;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Python.Pictures;
using Tracer.Runtimes.Python.Threads;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The Python function that a thread is in while it runs other code of its process: malloc, a library. It is the newest frame of the thread's state; a thread that has none,
/// or does not hold the GIL, runs no Python.
/// </summary>
internal static class RunningFunction
{
    private const string Nothing = "<no Python>";

    // FRAME_OWNED_BY_CSTACK, since 3.14 FRAME_OWNED_BY_INTERPRETER (enum _frameowner): a frame of the interpreter's own, below which those of the program are.
    private const ulong OwnedByInterpreter = 3;

    /// <summary>What runs; null with a reason in one clause.</summary>
    public static RunningCode? Find(TargetModule module, PythonVersion version, PythonLayout layout, out string? problem)
    {
        if (NewestFrame(module, version, layout, out problem) is not { } frame)
            return null;
        var code = CodeOf(frame, layout);
        var line = layout.InterpreterFrame is null ? PythonLines.Of(frame, version, layout) : new InterpreterFrame(frame, layout).Line;
        var names = new List<RunningName>
        {
            new("pyfile", Text(frame, PythonText.Of(Build.LoadPointer(code, layout.CodeFileName), layout))),
            new("pyfunc", Text(frame, PythonText.Of(Build.LoadPointer(code, layout.CodeName), layout))),
            new("pyline", Build.If(frame, line, Build.Constant(0, IntegerType.Int32))),
        };
        if (layout.InterpreterFrame is { } at)
            names.Add(new("pyqualname", Text(frame, PythonText.Of(Build.LoadPointer(code, at.CodeQualifiedName), layout))));
        var pictures = new PythonPictures(version, layout, new EvaluationFunction(module));
        var stack = new RunningName("pystack", pictures.Stack(frame));
        names.Add(stack);
        return new RunningCode(names) { Values = new("pyvalue", pictures.Value), Stack = Stack(module, frame, layout, stack) };
    }

    /// <summary>The address of the frame that a thread runs, 0 where it runs no Python, at any site of the process; null with a reason in one clause.</summary>
    public static Expression? NewestFrame(TargetModule module, PythonVersion version, PythonLayout layout, out string? problem) =>
        CurrentThread.Find(module.Image, out problem) is { } current && PythonThreadLayout.ForVersion(version) is { } threads
            ? FrameOf(current.In(module.LoadBias), version, layout, threads)
            : null;

    /// <summary>The address of the code object that a frame runs.</summary>
    public static Expression CodeOf(Expression frame, PythonLayout layout) =>
        layout.InterpreterFrame is null ? Build.LoadPointer(frame, layout.FrameCode) : new InterpreterFrame(frame, layout).Code;

    private static RunningStack Stack(TargetModule module, Expression newest, PythonLayout layout, RunningName picture) => new(
        newest, f => Build.LoadPointer(f, layout.InterpreterFrame?.Previous ?? FrameObjectLayout.Back), f => CodeOf(f, layout), f => InstructionOf(f, layout), picture)
    {
        CodeLife = new(() => CodeLife.Of(module)),
    };

    private static Expression InstructionOf(Expression frame, PythonLayout layout) =>
        layout.InterpreterFrame is null ? Build.ToUInt64(Build.Load(frame, layout.FrameLastInstruction, IntegerType.UInt32)) : new InterpreterFrame(frame, layout).Instruction;

    private static ConditionalExpression Text(Expression frame, Expression text) => new(frame, text, new TextLiteralExpression(Nothing));

    // 0 where no Python runs. Until 3.11 the state that is found is that of whoever holds the GIL, which may be another thread: then thread_id, pthread_self(), is not our own.
    private static Expression FrameOf(Expression thread, PythonVersion version, PythonLayout layout, PythonThreadLayout at)
    {
        var newest = at.CFrameCurrent is { } inner && at.ThreadCFrame is { } outer
            ? Build.LoadPointer(Build.LoadPointer(thread, outer), inner)
            : Build.LoadPointer(thread, at.ThreadFrame!.Value);
        if (version.IsAtLeast(3, 12))
        {
            var interpreter = layout.InterpreterFrame!;
            var isOwn = Build.EqualTo(Build.Load(newest, interpreter.Owner, IntegerType.UInt8), OwnedByInterpreter);
            newest = Build.If(newest, Build.If(isOwn, Build.LoadPointer(newest, interpreter.Previous), newest), Build.Constant(0));
            return Build.If(thread, newest, Build.Constant(0));
        }

        var isOurs = Build.Binary(BinaryOperator.Equal, Build.LoadPointer(thread, at.ThreadId), Build.Register(X64Register.FsBase));
        return Build.If(thread, Build.If(isOurs, newest, Build.Constant(0)), Build.Constant(0));
    }
}
