using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// <c>gc__start</c> and <c>gc__done</c> where the file has no notes of these names. 3.6 to 3.13 tell the functions in <c>gc.callbacks</c> of both by one function,
/// <c>invoke_gc_callback</c> of Modules/gcmodule.c (3.13: Python/gc.c), which <c>PyGC_Collect</c> leads to and which is entered whether there are any or not. In 2.7
/// they are the entry and the return of <c>collect</c>, which it calls.
/// </summary>
internal sealed class CollectorProbes
{
    /// <summary>Its name.</summary>
    public const string Start = "gc__start";

    /// <summary>Its name.</summary>
    public const string Done = "gc__done";

    private const string Function = "PyGC_Collect";

    // NUM_GENERATIONS - 1: that which PyGC_Collect collects.
    private const ulong OldestGeneration = 2;

    private static readonly X64Register[] Arguments =
        [X64Register.Rdi, X64Register.Rsi, X64Register.Rdx, X64Register.Rcx, X64Register.R8, X64Register.R9];

    private readonly TargetModule _module;
    private readonly DirectCalls _calls;
    private readonly IReadOnlyList<Instruction> _exported;

    private CollectorProbes(TargetModule module)
    {
        (_module, _calls) = (module, new DirectCalls(module.Image));
        _exported = _calls.CodeOf(Function);
    }

    /// <summary>Both probes, or null with a reason in one clause.</summary>
    public static IReadOnlyList<Probe>? Make(TargetModule module, PythonVersion version, out string? problem)
    {
        if (version.Major > 2 && (!version.IsAtLeast(3, 6) || version.IsAtLeast(3, 14)))
        {
            problem = "how its collector is called is known for 2.7 and 3.6 to 3.13, and the file has no notes of these names";
            return null;
        }

        var made = new CollectorProbes(module);
        var probes = version.Major == 2 ? made.OfFunction() : made.OfCallback();
        problem = probes is null ? $"the code that {Function} leads to is not understood" : null;
        return probes;
    }

    // static void invoke_gc_callback(const char *phase, int generation, Py_ssize_t collected, Py_ssize_t uncollectable); since 3.9 with the thread state before.
    private IReadOnlyList<Probe>? OfCallback()
    {
        if (FindCallback() is not var (function, phase) || !DecidesFirst(function))
            return null;
        const string Note = "at the function that tells gc.callbacks, whether there are any or not";
        var generation = Build.Convert(Build.Register(Arguments[phase + 1]), IntegerType.Int32);
        var found = Build.Convert(Build.Add(Build.Register(Arguments[phase + 2]), Build.Register(Arguments[phase + 3])), IntegerType.Int64);
        return [Make(Start, [At("start", generation)], Note), Make(Done, [At("stop", found)], Note)];

        ProbeSite At(string text, Expression value) => new(_module.EntryOf(function), new ExpressionList(value))
        {
            Guard = new TextCompareExpression(BinaryOperator.Equal, Build.CString(Build.Register(Arguments[phase])), new TextLiteralExpression(text)),
        };
    }

    // The function that is called with both phases, and which of its arguments is the phase.
    private (ulong Function, int Phase)? FindCallback()
    {
        var found = new HashSet<(ulong, int)>();
        foreach (var code in DirectCalls.TargetsOf(_exported).Select(_calls.CodeAt).Prepend(_exported))
        {
            var calls = CallsWithText(code).ToArray();
            found.UnionWith(calls.Where(c => c.Text == "start" && calls.Any(o => o.Text == "stop" && o.Target == c.Target && o.Phase == c.Phase)).Select(c => (c.Target, c.Phase)));
        }

        return found.Count == 1 ? found.Single() : null;
    }

    private IEnumerable<(ulong Target, int Phase, string Text)> CallsWithText(IReadOnlyList<Instruction> code)
    {
        for (var k = 0; k < code.Count; k++)
        {
            if (!DirectCalls.IsDirect(code[k]))
                continue;
            for (var phase = 0; phase < 2; phase++)
            {
                if (StraightLine.Address(code, k, phase == 0 ? Register.RDI : Register.RSI) is { } address && TextAt(address) is { } text)
                    yield return (code[k].NearBranchTarget, phase, text);
            }
        }
    }

    private string? TextAt(ulong address)
    {
        var bytes = _module.Image.DataFrom(address).Span;
        return bytes.StartsWith("start\0"u8) ? "start" : bytes.StartsWith("stop\0"u8) ? "stop" : null;
    }

    // Compilers may split a function so that its callers decide whether the rest is called at all: then it does not begin with a decision.
    private bool DecidesFirst(ulong function) =>
        _calls.CodeAt(function).FirstOrDefault(i => i.FlowControl != FlowControl.Next).FlowControl == FlowControl.ConditionalBranch;

    // static Py_ssize_t collect(int generation)
    private IReadOnlyList<Probe>? OfFunction()
    {
        var targets = Enumerable.Range(0, _exported.Count).Where(k => DirectCalls.IsDirect(_exported[k]) && StraightLine.Constant(_exported, k, Register.RDI) == OldestGeneration)
            .Select(k => _exported[k].NearBranchTarget).ToArray();
        if (targets is not [var function])
            return null;
        var code = _calls.CodeAt(function);
        var returns = code.Where(i => i.FlowControl == FlowControl.Return).ToArray();
        // A jump out of the function would be a return that is not seen.
        if (returns.Length == 0 || code.Any(i => i.FlowControl == FlowControl.IndirectBranch
            || (i.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch && (i.NearBranchTarget < code[0].IP || i.NearBranchTarget > code[^1].IP))))
            return null;
        var generation = Build.Convert(Build.Register(X64Register.Rdi), IntegerType.Int32);
        var found = Build.Convert(Build.Register(X64Register.Rax), IntegerType.Int64);
        return
        [
            Make(Start, [new ProbeSite(_module.EntryOf(function), new ExpressionList(generation))], $"at the entry of the function that {Function} calls"),
            Make(Done, [.. returns.Select(i => new ProbeSite(_module.LocationOf(i.IP), new ExpressionList(found)))], $"at the return of the function that {Function} calls"),
        ];
    }

    private Probe Make(string name, IReadOnlyList<ProbeSite> sites, string note) =>
        new("python", name, _module, ProbeSource.Synthesised, PythonProbeParameters.Of(name), sites) { Note = note };
}
