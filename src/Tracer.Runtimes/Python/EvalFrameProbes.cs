using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;
using Tracer.Runtimes.Python.Pictures;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The probes of functions and generators for CPython 2.7 and 3.6 to 3.10: there every Python frame, started or resumed, runs in one call of the exported
/// <c>_PyEval_EvalFrameDefault</c> (2.7: <c>PyEval_EvalFrameEx</c>; Python/ceval.c), so its entry and its exits are the probes' sites.
/// </summary>
public static class EvalFrameProbes
{
    /// <summary>The function that runs a frame, since 3.6.</summary>
    public const string Function = "_PyEval_EvalFrameDefault";

    /// <summary>The function that runs a frame in a version.</summary>
    public static string FunctionIn(PythonVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return version.Major == 2 ? "PyEval_EvalFrameEx" : Function;
    }

    // PyFrameState FRAME_SUSPENDED of 3.10 (Include/cpython/frameobject.h).
    private const ulong Suspended = unchecked((ulong)-1);

    /// <summary>The probes, or null with a reason in one clause when the code is not as it should be.</summary>
    public static IReadOnlyList<Probe>? Make(TargetModule module, PythonVersion version, PythonLayout layout, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(layout);
        var image = module.Image;
        var name = FunctionIn(version);
        if (!NamedFunction.TryFind(image, name, out var blocks, out problem))
            return null;
        var function = blocks[0];
        var entry = module.LocationOf(function.Address + (ulong)FunctionEntry.SkipOf(function.Bytes.Span));
        var exits = FunctionExits.Find(blocks, IndirectTargets.Collect(image, function));
        if (exits.Count == 0)
        {
            problem = $"{name} has no exit";
            return null;
        }

        // PyObject *_PyEval_EvalFrameDefault(PyFrameObject *f, int throwflag); since 3.9 with PyThreadState *tstate before them.
        var frame = Build.Register(version.IsAtLeast(3, 9) ? X64Register.Rsi : X64Register.Rdi);
        var hasRun = Build.Binary(BinaryOperator.LessOrEqual,
            Build.Constant(0, IntegerType.Int32), Build.Load(frame, layout.FrameLastInstruction, IntegerType.Int32));
        var pictures = new PythonPictures(version, layout);
        var life = CodeLife.Of(module);
        var exception = RaisedProbe.CurrentTypeName(module, version, layout);
        var check = new CallTargets(image, "_Py_CheckFunctionResult"u8);
        return
        [
            AtEntry("function__entry", Build.EqualTo(hasRun, 0), $"at the entry of {name}", pictures.Arguments, PythonProbeParameters.Arguments(pictures.ArgumentsType)),
            AtExits("function__return", isYield: false, $"at the exits of {name}, also by exception; frames entered before tracing began are not reported"),
            AtEntry("generator__resume", hasRun, $"at the entry of {name}; also when an exception is thrown into a generator", pictures.Locals, PythonProbeParameters.Locals(pictures.LocalsType)),
            AtExits("generator__yield", isYield: true, $"at the exits of {name}; frames resumed before tracing began are not reported"),
        ];

        // _Py_CheckFunctionResult, which some builds call last, gives back what it is given (Objects/call.c): its third argument, second until 3.8.
        FunctionResult? ResultAt(FunctionExit exit) => exit is { Result: null, Kind: FunctionExitKind.Call } && check.IsCalledBy(InstructionStream.At(image, exit.Address))
            ? new FunctionResult(version.IsAtLeast(3, 9) ? X64Register.Rdx : X64Register.Rsi)
            : exit.Result;

        Probe AtEntry(string probe, Expression guard, string note, Func<Expression, Expression, Expression> picture, ProbeParameter pictured) =>
            new("python", probe, module, ProbeSource.Synthesised, [.. PythonProbeParameters.Position, pictured], [new ProbeSite(entry, Arguments(frame, version, layout, life, picture)) { Guard = guard }])
            {
                Note = note,
            };

        // Reading the frame at an exit is safe: the caller releases it only after the function has returned (Objects/call.c, function_code_fastcall and
        // _PyEval_EvalCode; for generators Objects/genobject.c, gen_send_ex, whose caller holds the running generator and so its frame).
        Probe AtExits(string probe, bool isYield, string note)
        {
            var stack = Build.Register(X64Register.Rsp);
            var frames = new FrameStore($"python frames of {probe}", 1);
            var saved = new SavedExpression(0);
            var isSuspended = IsSuspended(saved, layout.FrameObject!);
            var arguments = Arguments(saved, version, layout, life, pictures.Locals);
            var sites = exits.Select(e => new ProbeSite(module.LocationOf(e.Address), isYield ? arguments : new ExpressionList([.. arguments, .. Results(ResultAt(e), exception, pictures)]))
            {
                Restore = new FrameRestore(frames, Build.Offset(stack, e.StackDisplacement)),
                Condition = isYield ? isSuspended : Build.EqualTo(isSuspended, 0),
            }).ToArray();
            return new Probe("python", probe, module, ProbeSource.Synthesised, [.. PythonProbeParameters.Position, PythonProbeParameters.Locals(pictures.LocalsType), .. isYield ? [] : ResultParameters(pictures)], sites)
            {
                Companions = [new CompanionSite(entry, new FrameSave(frames, stack, new ExpressionList(frame)))],
                Note = note,
            };
        }
    }

    private static ProbeParameter[] ResultParameters(PythonPictures pictures) =>
        [PythonProbeParameters.Exception, PythonProbeParameters.ResultType, PythonProbeParameters.Value(pictures.ValueType)];

    // The function returns the value, or null with an exception.
    private static Expression[] Results(FunctionResult? result, Expression? exception, PythonPictures pictures)
    {
        const string Reason = "the code has it in no single place here";
        if (result is not { } known)
            return [new UnavailableExpression(IntegerType.Int32, Reason), new UnavailableExpression(TextType.Instance, Reason), new UnavailableExpression(pictures.ValueType, Reason)];
        var value = known.Value;
        var isException = Build.Convert(Build.EqualTo(value, 0), IntegerType.Int32);
        return [isException, FrameResult.TypeNameOf(value, isException, exception), pictures.Value(value)];
    }

    // A frame that is left by a yield keeps its stack; one that is left for good or by an exception has none.
    private static Expression IsSuspended(Expression frame, FrameObjectLayout at) => at.State is { } state
        ? Build.EqualTo(Build.Load(frame, state, IntegerType.Int8), Suspended)
        : Build.Binary(BinaryOperator.NotEqual, Build.LoadPointer(frame, at.StackTop!.Value), Build.Constant(0));

    private static ExpressionList Arguments(Expression frame, PythonVersion version, PythonLayout layout, ObjectLife? life, Func<Expression, Expression, Expression> picture)
    {
        var code = Build.LoadPointer(frame, layout.FrameCode);
        return new ExpressionList(
            OfCode(layout.CodeFileName),
            OfCode(layout.CodeName),
            CodeLife.OwnedLine(PythonLines.Of(frame, version, layout), code, PythonLines.KeyOf(frame, version, layout), life),
            picture(frame, code));

        Expression OfCode(int member) => CodeLife.Owned(PythonText.Of(Build.LoadPointer(code, member), layout), code, member, life);
    }
}
