using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Tcl;

/// <summary>The probes of procedures and commands, made on a Tcl that was built without them, and those that cannot be made.</summary>
/// <param name="module">The file.</param>
internal sealed class TclProbes(TargetModule module)
{
    private const string CommandFunction = "TclNREvalObjv";
    private const string NoPlace = "its code has no place in common for it";

    /// <summary>All of them.</summary>
    public IReadOnlyList<Probe> Make()
    {
        var procedures = TclProcedures.Find(module, out var problem);
        Probe[] made = procedures is null ? [] : [.. Procedures(procedures), .. Commands(procedures.Layout)];
        return [.. made, .. TclProbeParameters.Names.Where(n => !made.Any(p => p.Name == n)).Select(n => Dormant(n, problem ?? Reason(n, procedures!)))];
    }

    private static string Reason(string name, TclProcedures procedures) => name switch
    {
        "proc__result" when procedures.Result is null => "where a procedure has its result was not found",
        "proc__info" or "cmd__info" => "where a command stands in its file is worked out by Tcl's own probe only, when it is on",
        "cmd__return" or "cmd__result" => "commands return to whoever runs the callbacks, and leave none of their own; proc__return and proc__result are there for procedures",
        "cmd__entry" or "cmd__args" => $"{CommandFunction} is in no symbol table",
        "tcl__probe" => "the command that fires it, ::tcl::dtrace, is in a Tcl with probes only",
        _ => NoPlace,
    };

    private IEnumerable<Probe> Procedures(TclProcedures procedures)
    {
        var layout = procedures.Layout;
        // Tcl_Interp *interp is the first argument of what the core jumps to and of Tcl_PopCallFrame, and the second of the callback.
        var (atBegin, first) = Frame(Build.Register(X64Register.Rdi), layout);
        var (atEnd, name) = Frame(Build.Register(X64Register.Rsi), layout);
        var begin = module.LocationOf(procedures.Begin);
        yield return Made("proc__entry", begin, "where the bytecode of a procedure begins", [atBegin.Text(first), atBegin.CountFrom(Next(first)), atBegin.AddressOf(Next(first))]);
        yield return Made("proc__args", begin, "where the bytecode of a procedure begins", [atBegin.Text(first), .. Arguments(atBegin, first)]);
        yield return Made(
            "proc__return", module.EntryOf(procedures.End), "where the end of a procedure begins, also by an error", [atEnd.Text(name), Build.Convert(Build.Register(X64Register.Rdx), IntegerType.Int32)]);
        if (procedures.Result is not { } result)
            yield break;
        var interpreter = Build.Register(X64Register.Rdi);
        var value = Build.LoadPointer(interpreter, result.InterpreterResult);
        var text = TclWords.TextOf(value, layout);
        if (result.HasStringResult)
        {
            // Commands of old set a string, which Tcl_GetObjResult makes an object of.
            var old = Build.LoadPointer(interpreter);
            text = Build.If(Build.Load(old, 0, IntegerType.UInt8), Build.CString(old), text);
        }

        yield return Made(
            "proc__result", module.LocationOf(result.Call), "where a procedure gives up its frame", [atBegin.Text(first), Build.Convert(Build.Register(result.Code), IntegerType.Int32), text, value]);
    }

    // int TclNREvalObjv(Tcl_Interp *interp, int objc, Tcl_Obj *const objv[], int flags, Command *cmdPtr), generic/tclBasic.c.
    private IEnumerable<Probe> Commands(TclLayout layout)
    {
        if (NamedFunction.AddressOf(module.Image, CommandFunction) is not { } function)
            yield break;
        var count = Build.Convert(Build.Register(X64Register.Rsi), layout.HasWideSizes ? IntegerType.Int64 : IntegerType.Int32);
        var words = new TclWords(Build.Convert(count, IntegerType.Int64), Build.Register(X64Register.Rdx), layout);
        var (zero, one) = (Build.Constant(0, IntegerType.Int64), Build.Constant(1, IntegerType.Int64));
        var isSome = Build.Binary(BinaryOperator.Less, zero, Build.Convert(count, IntegerType.Int64));
        var entry = module.EntryOf(function);
        const string Note = "at the entry of TclNREvalObjv, before the command is looked up; commands that were compiled into bytecode instructions are none";
        yield return Made("cmd__entry", entry, Note, [words.Text(zero), words.CountFrom(one), words.AddressOf(one)], isSome);
        yield return Made("cmd__args", entry, Note, [words.Text(zero), .. Arguments(words, zero)], isSome);
    }

    // The words of the frame that runs, and which of them is the procedure's name: the first, and of apply the second.
    private static (TclWords Words, Expression Name) Frame(Expression interpreter, TclLayout layout)
    {
        var frame = Build.LoadPointer(interpreter, layout.InterpreterFrame);
        var count = Build.Load(frame, layout.FrameCount, layout.HasWideSizes ? IntegerType.Int64 : IntegerType.Int32);
        var name = Build.Convert(Build.Bits(Build.Load(frame, TclLayout.FrameKind, IntegerType.UInt32), TclLayout.LambdaBit, 1), IntegerType.Int64);
        return (new TclWords(Build.Convert(count, IntegerType.Int64), Build.LoadPointer(frame, layout.FrameWords), layout), name);
    }

    private static Expression Next(Expression index) => Build.Binary(BinaryOperator.Add, index, Build.Constant(1, IntegerType.Int64));

    private static IEnumerable<Expression> Arguments(TclWords words, Expression name) =>
        Enumerable.Range(1, TclProbeParameters.Of("proc__args").Count - 1)
            .Select(k => words.Text(Build.Binary(BinaryOperator.Add, name, Build.Constant((ulong)k, IntegerType.Int64))));

    private Probe Made(string name, CodeLocation place, string note, Expression[] arguments, Expression? guard = null) =>
        new(TclProbeParameters.Provider, name, module, ProbeSource.Synthesised, TclProbeParameters.Of(name), [new ProbeSite(place, new ExpressionList(arguments)) { Guard = guard }]) { Note = note };

    private Probe Dormant(string name, string reason) =>
        new(TclProbeParameters.Provider, name, module, ProbeSource.Synthesised, TclProbeParameters.Of(name), []) { DormantReason = $"not possible in this Tcl: {reason}" };
}
