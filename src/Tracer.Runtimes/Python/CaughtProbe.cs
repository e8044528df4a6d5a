using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// <c>exception__caught</c>: an exception enters a handler of a Python frame, which is the first clause of a <c>try</c> with <c>except</c>, whether its type is that
/// of the exception or not, a <c>finally</c> or the end of a <c>with</c>. 3.11 and later begin all of them with PUSH_EXC_INFO; before, the loop itself takes the
/// exception over before it jumps there.
/// </summary>
internal static class CaughtProbe
{
    /// <summary>Its name.</summary>
    public const string Name = "exception__caught";

    // The type of the block that 3.x opens for a handler that runs (Include/opcode.h, EXCEPT_HANDLER).
    private const ulong ExceptHandler = 257;

    // sizeof(PyTryBlock), and PyTryBlock.b_handler.
    private const ulong BlockSize = 12;
    private const int BlockHandler = 4;

    // How far from each other instructions of one statement of C are looked for.
    private const int Near = 24;

    // LOAD_CONST (Include/opcode.h).
    private const ulong LoadConstant = 100;

    // An instruction of two bytes follows PUSH_EXC_INFO, which has no line of its own.
    private const int Instruction = 2;

    /// <summary>The probe, or null with a reason in one clause.</summary>
    /// <param name="module">The file.</param>
    /// <param name="version">Its version.</param>
    /// <param name="layout">The layout of its objects.</param>
    /// <param name="loop">Its evaluation loop, 3.11 and later.</param>
    /// <param name="problem">Why there is no probe.</param>
    public static IReadOnlyList<Probe>? Make(TargetModule module, PythonVersion version, PythonLayout layout, EvaluationLoop? loop, out string? problem)
    {
        var probe = loop is not null ? AtInstruction(module, version, layout, loop, out problem)
            : version.Major > 2 ? AtBlockSetup(module, version, layout, out problem)
            : AtFetch(module, version, layout, out problem);
        return probe is null ? null : [probe];
    }

    private static Probe? AtInstruction(TargetModule module, PythonVersion version, PythonLayout layout, EvaluationLoop loop, out string? problem)
    {
        problem = "the handler of PUSH_EXC_INFO is not understood";
        if (loop.Handler(loop.Opcodes.PushExceptionInfo) is not { } handler || handler.FindSite() is not { } index || handler.StackPointerAt(index) is not { } stack)
            return null;
        var frame = new InterpreterFrame(handler.FrameAddress, layout);
        var top = Build.LoadPointer(Build.Register(stack), -8);
        var exception = layout.InterpreterFrame!.IsTagged ? Build.Binary(BinaryOperator.And, top, Build.Constant(~3UL)) : top;
        var line = PythonLines.OfLocationTable(frame.Code, Build.Offset(frame.Instruction, Instruction), layout);
        problem = null;
        return Make(module, handler.AddressOf(index), new PythonException(null, exception, version, layout), frame.FileName, line,
            "at the handler of PUSH_EXC_INFO in the evaluation loop; finally and with count as handlers");
    }

    // 3.6 to 3.10: PyFrame_BlockSetup(f, EXCEPT_HANDLER, ...), when the block that the handler belongs to has just been closed.
    private static Probe? AtBlockSetup(TargetModule module, PythonVersion version, PythonLayout layout, out string? problem)
    {
        if (!NamedFunction.TryFind(module.Image, EvalFrameProbes.Function, out var blocks, out problem))
            return null;
        var target = new CallTargets(module.Image, "PyFrame_BlockSetup"u8);
        var code = FunctionBody.Decode(blocks).Instructions;
        var calls = Enumerable.Range(0, code.Count).Where(k => target.IsCalledBy(code[k]) && StraightLine.Constant(code, k, Register.RSI) == ExceptHandler).Select(k => code[k].IP).ToArray();
        if (calls.Length != 1)
        {
            problem = $"{EvalFrameProbes.Function} has {calls.Length} places where it opens the block of a handler";
            return null;
        }

        return CurrentThread.Find(module.Image, out problem) is { } current
            ? OfFrameObject(module, calls[0], Build.Register(X64Register.Rdi), current.At(calls[0]), version, layout)
            : null;
    }

    // 2.7: PyErr_Fetch, whose result PyErr_NormalizeException gets for except and with, and not for finally.
    private static Probe? AtFetch(TargetModule module, PythonVersion version, PythonLayout layout, out string? problem)
    {
        if (!NamedFunction.TryFind(module.Image, "PyEval_EvalFrameEx", out var blocks, out problem))
            return null;
        var fetch = new CallTargets(module.Image, "PyErr_Fetch"u8);
        var normalise = new CallTargets(module.Image, "PyErr_NormalizeException"u8);
        var code = FunctionBody.Decode(blocks).Instructions;
        var normalised = Enumerable.Range(0, code.Count).Where(k => normalise.IsCalledBy(code[k])).ToArray();
        // The instructions that lead straight to such a call.
        var before = normalised.SelectMany(k => code.Take(k + 1).Skip(Math.Max(0, k - 4))).Select(i => i.IP).ToHashSet();
        var calls = Enumerable.Range(0, code.Count).Where(k => fetch.IsCalledBy(code[k])
            && code.Skip(k + 1).Take(Near).Any(i => before.Contains(i.IP) || (i.IsJccShortOrNear && before.Contains(i.NearBranchTarget)))).Select(k => code[k].IP).ToArray();
        if (calls.Length != 1)
        {
            problem = $"PyEval_EvalFrameEx has {calls.Length} places where it takes an exception to a handler";
            return null;
        }

        if (CurrentThread.Find(module.Image, out problem) is not { } current)
            return null;
        var thread = current.At(calls[0]);
        return OfFrameObject(module, calls[0], Build.LoadPointer(thread, layout.FrameObject!.ThreadFrame), thread, version, layout);
    }

    private static Probe OfFrameObject(TargetModule module, ulong site, Expression frame, Expression thread, PythonVersion version, PythonLayout layout)
    {
        var code = Build.LoadPointer(frame, layout.FrameCode);
        var count = Build.ToUInt64(Build.Load(frame, layout.FrameObject!.BlockCount, IntegerType.Int32));
        var block = Build.Add(Build.Offset(frame, layout.FrameObject.Blocks), Build.Binary(BinaryOperator.Multiply, count, Build.Constant(BlockSize)));
        var handler = Build.Load(block, BlockHandler, IntegerType.Int32);
        return Make(module, site, RaisedProbe.Current(thread, version, layout), PythonText.Of(Build.LoadPointer(code, layout.CodeFileName), layout),
            PythonLines.At(code, handler, version, layout), "where the evaluation loop takes an exception to a handler; finally and with count as handlers",
            version.Major == 2 ? null : Build.EqualTo(IsCleanup(code, handler, version, layout), 0));
    }

    // 3.x makes "except E as name" a try whose finally is "name = None; del name", which 3.11 and later do not begin with PUSH_EXC_INFO: LOAD_CONST, STORE_x of a
    // name, DELETE_x, which is the next number, of it, and END_FINALLY (up to 3.8) or RERAISE.
    private static Expression IsCleanup(Expression code, Expression handler, PythonVersion version, PythonLayout layout)
    {
        var offset = Build.Binary(BinaryOperator.ShiftLeft, Build.ToUInt64(handler), Build.Constant(version.IsAtLeast(3, 10) ? 1UL : 0));
        var bytes = Build.LoadPointer(Build.Add(Build.Offset(Build.LoadPointer(code, layout.FrameObject!.CodeBytecode), layout.BytesData), offset));
        var end = version.Minor switch { <= 8 => 88UL, 9 => 48UL, _ => 119UL };
        return Build.And(
            Build.And(Build.EqualTo(At(0), LoadConstant), Build.EqualTo(At(6), end)),
            Build.And(Equal(At(4), Build.Offset(At(2), 1)), Equal(At(5), At(3))));

        Expression At(int index) => Build.Bits(bytes, 8 * index, 8);
        static Expression Equal(Expression left, Expression right) => Build.Binary(BinaryOperator.Equal, left, right);
    }

    private static Probe Make(TargetModule module, ulong site, PythonException exception, Expression fileName, Expression line, string note, Expression? guard = null) =>
        new("python", Name, module, ProbeSource.Synthesised, PythonProbeParameters.Of(Name),
            [new ProbeSite(module.LocationOf(site), new ExpressionList(exception.TypeName, exception.Message, fileName, line)) { Guard = guard }])
        {
            Note = note,
        };
}
