using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;
using Tracer.Runtimes.Python.Pictures;

namespace Tracer.Runtimes.Python;

/// <summary>
/// The probes of functions and generators for CPython 3.11 and later, whatever notes the file has: frames begin and go on at the RESUME family of instructions,
/// are suspended at YIELD_VALUE, and end where the loop gives them up. Nothing is written into the target but breakpoints.
/// </summary>
public sealed class InterpreterFrameProbes
{
    // PyObject *_PyEval_EvalFrameDefault(PyThreadState *tstate, _PyInterpreterFrame *frame, int throwflag)
    private static readonly Expression ThrowFlag = Build.Convert(Build.Register(X64Register.Rdx), IntegerType.Int32);

    private readonly TargetModule _module;
    private readonly EvaluationLoop _loop;
    private readonly PythonVersion _version;
    private readonly PythonLayout _layout;
    private readonly ThreadStatePlace? _thread;
    private readonly PythonPictures _pictures;
    private readonly ObjectLife? _life;

    private InterpreterFrameProbes(TargetModule module, EvaluationLoop loop, PythonVersion version, PythonLayout layout)
    {
        (_module, _loop, _version, _layout) = (module, loop, version, layout);
        _pictures = new PythonPictures(version, layout);
        _life = CodeLife.Of(module);
        _thread = layout.InterpreterFrame is { CodeMonitoringVersion: { } compared, ThreadBreaker: { } breaker } && loop.Opcodes.ResumeCheck is { } check
            ? loop.Handler(check)!.FindThreadState(compared, breaker)
            : null;
    }

    /// <summary>The probes, or null with a reason in one clause when the code is not as it should be.</summary>
    public static IReadOnlyList<Probe>? Make(TargetModule module, EvaluationLoop loop, PythonVersion version, PythonLayout layout, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(layout);
        var probes = new InterpreterFrameProbes(module, loop, version, layout);
        List<ProbeSite> entries = [], resumes = [];
        foreach (var opcode in loop.Opcodes.Resume.Concat(loop.Opcodes.InstrumentedResume is { } instrumented ? [instrumented] : Array.Empty<byte>()))
        {
            if (probes.ResumeSite(opcode) is not { } site)
            {
                problem = $"the handler of opcode {opcode}, a RESUME, is not understood";
                return null;
            }

            entries.Add((site with { Line = site.Frame.LineAtStart, IsEntry = true }).Where(f => f.IsStart));
            resumes.Add(site.Where(f => f.IsResumption));
        }

        if (probes.ThrowSite() is { } thrown)
            resumes.Add(thrown);
        if (probes.ReturnSites() is not { Count: > 0 } returns)
        {
            problem = "the place where frames are given up was not found";
            return null;
        }

        if (probes.YieldSites() is not { } yields)
        {
            problem = "the handler of YIELD_VALUE is not understood";
            return null;
        }

        problem = null;
        return
        [
            probes.Make("function__entry", entries, "at the handlers of RESUME in the evaluation loop, which were found through its dispatch table"),
            probes.Make("function__return", returns, "where the evaluation loop gives up a frame, also by exception"),
            probes.Make("generator__resume", resumes, "at the handlers of RESUME in the evaluation loop; also when an exception is thrown into a generator"),
            probes.Make("generator__yield", yields, "at the handlers of YIELD_VALUE in the evaluation loop"),
        ];
    }

    private Probe Make(string name, IReadOnlyList<ProbeSite> sites, string note) =>
        new("python", name, _module, ProbeSource.Synthesised, [.. PythonProbeParameters.Position, PythonProbeParameters.QualifiedName, PythonProbeParameters.ModuleName, Pictured(name), .. ResultParameters(name)], sites)
        {
            Note = note,
        };

    private ProbeParameter Pictured(string name) =>
        name == "function__entry" ? PythonProbeParameters.Arguments(_pictures.ArgumentsType) : PythonProbeParameters.Locals(_pictures.LocalsType);

    private ProbeParameter[] ResultParameters(string name) =>
        name == "function__return" ? [PythonProbeParameters.Exception, PythonProbeParameters.ResultType, PythonProbeParameters.Value(_pictures.ValueType)] : [];

    private FrameSite? ResumeSite(byte opcode)
    {
        if (_loop.Handler(opcode) is not { } handler || handler.FindSite() is not { } index)
            return null;
        var frame = new InterpreterFrame(handler.FrameAddress, _layout);
        return new FrameSite(this, handler.AddressOf(index), frame, RunsOn(opcode, handler, index, frame));
    }

    // RESUME runs again, now or as INSTRUMENTED_RESUME, after it has brought the code up to date with a changed monitoring (Python/bytecodes.c, RESUME and
    // _Py_Instrument): when the versions differ and no monitoring callback is running. Only the second time counts.
    private Expression? RunsOn(byte opcode, HandlerCode handler, int site, InterpreterFrame frame)
    {
        if (_layout.InterpreterFrame!.CodeMonitoringVersion is not { } member)
            return null;
        var breaker = _layout.InterpreterFrame.ThreadBreaker;
        if (_thread is { } thread && breaker is { } version
            && (thread.Displacement is not null || _loop.Reads(opcode, thread.Register, [version, _layout.InterpreterFrame.ThreadTracing])))
        {
            return Build.Binary(BinaryOperator.LogicalOr,
                IsVersion(Build.LoadPointer(thread.Address, version), frame),
                Build.Load(thread.Address, _layout.InterpreterFrame.ThreadTracing, IntegerType.Int32));
        }

        return handler.ComparedBefore(site, member) is { } compared ? IsVersion(compared, frame) : null;
    }

    // Since 3.13 the low eight bits of what holds the version are requests to the loop (Include/internal/pycore_ceval.h, _PY_EVAL_EVENTS_BITS).
    private Expression IsVersion(Expression value, InterpreterFrame frame) => Build.Binary(BinaryOperator.Equal,
        _layout.InterpreterFrame!.ThreadBreaker is null ? value : Build.Binary(BinaryOperator.And, value, Build.Constant(~0xffUL)),
        frame.MonitoringVersion);

    private ProbeSite? ThrowSite()
    {
        if (!NamedFunction.TryFindSymbol(_module.Image, EvalFrameProbes.Function, out var function))
            return null;
        return new FrameSite(this, _module.EntryOf(function.Value).ImageAddress, new InterpreterFrame(Build.Register(X64Register.Rsi), _layout), ThrowFlag).Where(_ => null);
    }

    private List<ProbeSite>? ReturnSites()
    {
        if (_layout.InterpreterFrame!.IsEntry is not null)
        {
            var exception = RaisedProbe.CurrentTypeName(_module, _version, _layout);
            return
            [
                .. _loop.FindEntryTests().Select(t =>
                {
                    var tested = new InterpreterFrame(Build.Register(GeneralRegister.Of(t.Frame)!.Value), _layout);
                    // Of the instructions that end a frame only RETURN_VALUE does without an exception.
                    var isException = Build.Convert(IsOther(tested.Opcode, _loop.Opcodes.ReturnValue), IntegerType.Int32);
                    var value = Build.If(isException, Build.Constant(0), tested.PoppedValue);
                    return new FrameSite(this, t.Address, tested, tested.HasBegun) { Results = [isException, FrameResult.TypeNameOf(value, isException, exception), _pictures.Value(value)] }
                        .Where(f => IsOther(f.Opcode, _loop.Opcodes.ReturnGenerator));
                }),
            ];
        }

        if (_loop.FindClearAndPop() is not { } function)
            return null;
        var given = Build.Register(X64Register.Rsi);
        var frame = new InterpreterFrame(given, _layout);
        var result = new FrameResult(Build.Register(X64Register.Rdi), frame, _layout, _loop.Opcodes);
        return [new FrameSite(this, _module.EntryOf(function).ImageAddress, frame, frame.HasBegun) { Results = [result.HasException, result.TypeNameText, _pictures.Value(result.Object)] }.Where(f => f.IsProgram)];
    }

    private static Expression IsOther(Expression opcode, byte than) => Build.Binary(BinaryOperator.NotEqual, opcode, Build.Constant(than, IntegerType.UInt8));

    private List<ProbeSite>? YieldSites()
    {
        var sites = new List<ProbeSite>();
        foreach (var opcode in _loop.Opcodes.Yield)
        {
            var handler = _loop.Handler(opcode) ?? _loop.HandlerWithoutStore(opcode);
            if (handler?.FindSite() is not { } index)
                return null;
            var instruction = handler.HasStore ? null : Build.Register(GeneralRegister.Of(_loop.Handler(_loop.Opcodes.Resume[0])!.InstructionRegister!.Value)!.Value);
            sites.Add(new FrameSite(this, handler.AddressOf(index), new InterpreterFrame(handler.FrameAddress, _layout, instruction), null).Where(_ => null));
        }

        return sites;
    }

    /// <summary>A place where a frame is at hand.</summary>
    private sealed record FrameSite(InterpreterFrameProbes Owner, ulong Address, InterpreterFrame Frame, Expression? Guard)
    {
        public IReadOnlyList<Expression> Results { get; init; } = [];

        public Expression? Line { get; init; }

        public bool IsEntry { get; init; }

        private Expression Picture => IsEntry ? Owner._pictures.Arguments(Frame.Address, Frame.Code) : Owner._pictures.Locals(Frame.Address, Frame.Code);

        private PythonLayout Layout => Owner._layout;

        private Expression[] Position => [OfCode(Frame.FileName, Layout.CodeFileName), OfCode(Frame.Name, Layout.CodeName), CodeLife.OwnedLine(Line ?? Frame.Line, Frame.Code, Frame.Instruction, Owner._life)];

        public ProbeSite Where(Func<InterpreterFrame, Expression?> isWanted)
        {
            return new ProbeSite(Owner._module.LocationOf(Address), new ExpressionList([.. Position, OfCode(Frame.QualifiedName, Layout.InterpreterFrame!.CodeQualifiedName), Frame.ModuleName, Picture, .. Results]))
            {
                Guard = (Guard, isWanted(Frame)) switch
                {
                    (null, var wanted) => wanted,
                    (var guard, null) => guard,
                    var (guard, wanted) => Build.Binary(BinaryOperator.LogicalAnd, guard, wanted),
                },
            };
        }

        private Expression OfCode(Expression text, int member) => CodeLife.Owned(text, Frame.Code, member, Owner._life);
    }
}
