using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Php;

/// <summary>The probes of functions, files and generators, made in the code of the virtual machine: PHP's own fire only where it was told to use them when it was started.</summary>
internal sealed class FunctionProbes
{
    /// <summary>Their names.</summary>
    public static readonly IReadOnlyList<string> Names = ["function__entry", "function__return", "generator__resume", "generator__yield", "execute__entry", "execute__return"];

    private const string NotCompiled = "; code that opcache's JIT has compiled is not seen";

    private readonly TargetModule _module;
    private readonly VirtualMachine _machine;
    private readonly PhpLayout _layout;
    private readonly GeneratorCode _generators;
    private readonly IReadOnlyList<ulong> _ends;
    private readonly List<Place> _entries = [];

    private FunctionProbes(TargetModule module, VirtualMachine machine, PhpLayout layout, GeneratorCode generators, IReadOnlyList<ulong> ends) =>
        (_module, _machine, _layout, _generators, _ends) = (module, machine, layout, generators, ends);

    /// <summary>The probes, or null with a reason in one clause when the code is not as it should be.</summary>
    public static IReadOnlyList<Probe>? Make(TargetModule module, out string? problem)
    {
        if (VirtualMachine.Find(module, out problem) is not { } machine || GeneratorCode.Find(module.Image, out problem) is not { } generators)
            return null;
        if (machine.HandlersOf(PhpOpcode.DoUserCall).Select(CallHandler.Of).FirstOrDefault() is not { } userCall)
        {
            problem = "the handler of ZEND_DO_UCALL is not understood";
            return null;
        }

        if (PhpLayout.Read(machine, userCall, out problem) is not { } layout)
            return null;
        var probes = new FunctionProbes(module, machine, layout, generators, FrameEnds.Find(machine));
        if ((problem = probes.FindEntries()) is not null)
            return null;
        return probes.Make();
    }

    // What is missing, in one clause; null when nothing is.
    private string? FindEntries()
    {
        // By zend_call_function, by the server for the script that it runs, and by zend_generator_resume.
        var first = Build.Register(X64Register.Rdi);
        _entries.Add(new Place(_module.EntryOf(_machine.Executor), new PhpFrame(first, _layout), f => f.LineOfNext, f => Build.EqualTo(f.IsGenerator, 0)));
        foreach (var opcode in (PhpOpcode[])[PhpOpcode.DoUserCall, PhpOpcode.DoFunctionCallByName, PhpOpcode.DoFunctionCall])
        {
            foreach (var handler in _machine.HandlersOf(opcode).Select(CallHandler.Of))
            {
                if (handler?.Site is not { } site || Value(handler.Frame) is not { } frame || Value(handler.Function) is not { } function)
                    return $"a handler of opcode {(int)opcode}, a call, is not understood";
                var location = _module.LocationOf(site);
                // Only this one asks whether an extension has put itself before execute_ex; compilers make the others only when none has.
                Func<PhpFrame, Expression?> also = opcode == PhpOpcode.DoFunctionCall ? _ => IsDirect(location) : _ => null;
                _entries.Add(new Place(location, new PhpFrame(frame, _layout, function), f => f.FirstLine, also));
            }
        }

        foreach (var opcode in (PhpOpcode[])[PhpOpcode.IncludeOrEvaluate, PhpOpcode.CallTrampoline])
        {
            var found = CodeFrames.Find(_machine, opcode, _layout);
            if (found.Count == 0)
                return $"where opcode {(int)opcode} begins a frame was not found";
            foreach (var place in found)
            {
                var location = _module.LocationOf(place.Site);
                _entries.Add(new Place(location, new PhpFrame(Value(place.Frame)!, _layout), f => f.FirstLine, _ => IsDirect(location)));
            }
        }

        return _ends.Count == 0 ? "where frames are given up was not found" : null;
    }

    private IReadOnlyList<Probe> Make()
    {
        var running = new PhpFrame(Build.Register(X64Register.R14), _layout);
        Place[] returns =
        [
            .. _ends.Select(e => new Place(_module.LocationOf(e), running, f => f.FirstLine, _ => null)),
            new(_module.EntryOf(_generators.Close), new PhpFrame(Build.LoadPointer(Build.Register(X64Register.Rdi), _generators.GeneratorFrame), _layout), f => f.FirstLine,
                _ => Build.Convert(Build.Register(X64Register.Rsi), IntegerType.UInt8)),
        ];
        var started = new PhpFrame(Build.Register(X64Register.Rdi), _layout);
        Place[] resumes = [new(_module.EntryOf(_machine.Executor), started, f => f.LineOfNext, f => f.IsGenerator)];
        Place[] yields =
        [
            new(_module.LocationOf(_generators.Suspended), new PhpFrame(Build.Register(_generators.Frame), _layout), f => f.LineOfLast, _ => null),
            // The call that makes a generator ends here, with the generator that nothing of has run yet; with no use for it, the frame is just given up.
            .. _machine.HandlersOf(PhpOpcode.GeneratorCreate).Select(l => new Place(_module.LocationOf(l.SiteFrom(0, VirtualMachine.FrameRegister)!.Value), running, f => f.FirstLine,
                _ => Build.Binary(BinaryOperator.NotEqual, Build.LoadPointer(Build.Register(X64Register.R14), PhpLayout.FrameResult), Build.Constant(0)))),
        ];
        return
        [
            Function("function__entry", _entries, "at the handlers of calls in the virtual machine, found through its table") with { Continuation = "generator__resume" },
            Function("function__return", returns, "where the virtual machine gives up a frame, also by exception") with { Continuation = "generator__yield" },
            Function("generator__resume", resumes, "at the entry of execute_ex, for frames of generators"),
            Function("generator__yield", yields, "where a generator is made or has been suspended"),
            Execution("execute__entry", [.. _entries, .. resumes], "at the handlers of calls in the virtual machine, and where generators go on; functions of C code are not seen"),
            Execution("execute__return", [.. returns, .. yields], "where the virtual machine gives up or suspends a frame; functions of C code are not seen"),
        ];
    }

    private static Expression? Value(Register register) => GeneralRegister.Of(register) is { } known ? Build.Register(known) : null;

    // Whether zend_execute_ex is execute_ex: else it is called, and is an entry then.
    private Expression IsDirect(CodeLocation site) => Build.Binary(BinaryOperator.Equal, Build.LoadPointer(site.AddressOf(_machine.ExecutorPointer)), site.AddressOf(_machine.Executor));

    private Probe Function(string name, IEnumerable<Place> places, string note) => Made(name, places.Select(p => p.Site(f => f.IsFunction, f => f.Function(p.Line(f)))), note);

    private Probe Execution(string name, IEnumerable<Place> places, string note) => Made(name, places.Select(p => p.Site(f => f.IsUserCode, f => f.Execution(p.Line(f)))), note);

    private Probe Made(string name, IEnumerable<ProbeSite> sites, string note) =>
        new(PhpProbeParameters.Provider, name, _module, ProbeSource.Synthesised, PhpProbeParameters.Of(name), [.. sites]) { Note = note + NotCompiled };

    // A place, the frame there, its line, and what else makes a hit an event.
    private sealed record Place(CodeLocation Location, PhpFrame Frame, Func<PhpFrame, Expression> Line, Func<PhpFrame, Expression?> Also)
    {
        public ProbeSite Site(Func<PhpFrame, Expression> isWanted, Func<PhpFrame, ExpressionList> arguments) => new(Location, arguments(Frame))
        {
            Guard = Also(Frame) is { } also ? Build.And(also, isWanted(Frame)) : isWanted(Frame),
        };
    }
}
