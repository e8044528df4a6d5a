using System.Buffers.Binary;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Stacks.Symbols;
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

    // PyFrameState FRAME_SUSPENDED of 3.10 (Include/cpython/frameobject.h).
    private const ulong Suspended = unchecked((ulong)-1);

    /// <summary>The probes, or null with a reason in one clause when the code is not as it should be.</summary>
    public static IReadOnlyList<Probe>? Make(TargetModule module, PythonVersion version, PythonLayout layout, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(layout);
        var image = module.Image;
        var name = version.Major == 2 ? "PyEval_EvalFrameEx" : Function;
        if (!TryFindCode(image, name, out var blocks, out problem))
            return null;
        var function = blocks[0];
        var entry = Location(module, function.Address + (ulong)FunctionEntry.SkipOf(function.Bytes.Span));
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
        return
        [
            AtEntry("function__entry", Build.EqualTo(hasRun, 0), $"at the entry of {name}", pictures.Arguments, PythonProbeParameters.Arguments(pictures.ArgumentsType)),
            AtExits("function__return", isYield: false, $"at the exits of {name}, also by exception; frames entered before tracing began are not reported"),
            AtEntry("generator__resume", hasRun, $"at the entry of {name}; also when an exception is thrown into a generator", pictures.Locals, PythonProbeParameters.Locals(pictures.LocalsType)),
            AtExits("generator__yield", isYield: true, $"at the exits of {name}; frames resumed before tracing began are not reported"),
        ];

        // _Py_CheckFunctionResult, which some builds call last, gives back what it is given (Objects/call.c): its third argument, second until 3.8.
        FunctionResult? ResultAt(FunctionExit exit) => exit is { Result: null, Kind: FunctionExitKind.Call } && CalledAt(image, exit.Address) == "_Py_CheckFunctionResult"
            ? new FunctionResult(version.IsAtLeast(3, 9) ? X64Register.Rdx : X64Register.Rsi)
            : exit.Result;

        Probe AtEntry(string probe, Expression guard, string note, Func<Expression, Expression, Expression> picture, ProbeParameter pictured) =>
            new("python", probe, module, ProbeSource.Synthesised, [.. PythonProbeParameters.Position, pictured], [new ProbeSite(entry, Arguments(frame, version, layout, picture)) { Guard = guard }])
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
            var arguments = Arguments(saved, version, layout, pictures.Locals);
            var sites = exits.Select(e => new ProbeSite(Location(module, e.Address), isYield ? arguments : new ExpressionList([.. arguments, .. Results(ResultAt(e), pictures)]))
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
    private static Expression[] Results(FunctionResult? result, PythonPictures pictures)
    {
        const string Reason = "the code has it in no single place here";
        if (result is not { } known)
            return [new UnavailableExpression(IntegerType.Int32, Reason), new UnavailableExpression(TextType.Instance, Reason), new UnavailableExpression(pictures.ValueType, Reason)];
        var value = known.Value;
        var isException = Build.Convert(Build.EqualTo(value, 0), IntegerType.Int32);
        return [isException, FrameResult.TypeNameOf(value, isException), pictures.Value(value)];
    }

    // A frame that is left by a yield keeps its stack; one that is left for good or by an exception has none.
    private static Expression IsSuspended(Expression frame, FrameObjectLayout at) => at.State is { } state
        ? Build.EqualTo(Build.Load(frame, state, IntegerType.Int8), Suspended)
        : Build.Binary(BinaryOperator.NotEqual, Build.LoadPointer(frame, at.StackTop!.Value), Build.Constant(0));

    private static ExpressionList Arguments(Expression frame, PythonVersion version, PythonLayout layout, Func<Expression, Expression, Expression> picture)
    {
        var code = Build.LoadPointer(frame, layout.FrameCode);
        return new ExpressionList(
            PythonText.Of(Build.LoadPointer(code, layout.CodeFileName), layout),
            PythonText.Of(Build.LoadPointer(code, layout.CodeName), layout),
            PythonLines.Of(frame, version, layout),
            picture(frame, code));
    }

    // The name of the function that a near call leads to, directly or by the procedure linkage table.
    private static string? CalledAt(ElfImage image, ulong address)
    {
        const int CallLength = 5;
        var bytes = image.DataFrom(address);
        if (bytes.Length < CallLength)
            return null;
        var target = unchecked(address + CallLength + (ulong)BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[1..]));
        if (new PltNames(image).Find(target, out _) is { } linked)
            return linked[..linked.IndexOf('@', StringComparison.Ordinal)];
        return image.DynamicSymbols?.TryFind("_Py_CheckFunctionResult"u8, out var symbol) is true && symbol.Value == target ? "_Py_CheckFunctionResult" : null;
    }

    private static CodeLocation Location(TargetModule module, ulong address)
    {
        module.Image.AddressMap.TryGetFileOffset(address, out var offset);
        return new CodeLocation(module, offset, address);
    }

    // The function's part in .text and, when the symbol table tells of it, the part for unlikely paths that GCC names *.cold.
    private static bool TryFindCode(ElfImage image, string name, out CodeBlock[] blocks, out string? problem)
    {
        blocks = [];
        if ((image.DynamicSymbols?.TryFind(name, out var symbol) is not true && image.SymbolTable?.TryFind(name, out symbol) is not true)
            || symbol.Type != ElfSymbolType.Function)
        {
            problem = $"{name} is in no symbol table";
            return false;
        }

        if (Code(image, symbol) is not { } main)
        {
            problem = $"the size of {name} is unknown";
            return false;
        }

        problem = null;
        blocks = image.SymbolTable?.TryFind(name + ".cold", out var cold) is true && Code(image, cold) is { } apart ? [main, apart] : [main];
        return true;
    }

    private static CodeBlock? Code(ElfImage image, ElfSymbol symbol)
    {
        // The optimised builds of 2.7 and 3.6 to 3.10 have 31 to 38 KB; a lying size must not make us decode a whole library.
        const ulong Largest = 4 << 20;
        var bytes = image.DataFrom(symbol.Value);
        return symbol.Size is 0 or > Largest || symbol.Size > (ulong)bytes.Length || !image.AddressMap.TryGetFileOffset(symbol.Value, out _)
            ? null
            : new CodeBlock(symbol.Value, bytes[..(int)symbol.Size]);
    }
}
