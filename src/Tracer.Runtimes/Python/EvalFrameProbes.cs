using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// <c>function__entry</c> and <c>function__return</c> for CPython 3.6 to 3.10: there every Python frame, started or resumed, runs in one call of the exported
/// <c>_PyEval_EvalFrameDefault</c> (Python/ceval.c), so its entry and its exits are the probes' sites.
/// </summary>
public static class EvalFrameProbes
{
    /// <summary>The function that runs a frame.</summary>
    public const string Function = "_PyEval_EvalFrameDefault";

    /// <summary>Both probes, or null with a reason in one clause when the code is not as it should be.</summary>
    public static IReadOnlyList<Probe>? Make(TargetModule module, PythonVersion version, PythonLayout layout, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(version);
        var image = module.Image;
        if (!TryFindCode(image, out var blocks, out problem))
            return null;
        var function = blocks[0];
        var entryAddress = function.Address + (ulong)FunctionEntry.SkipOf(function.Bytes.Span);
        var exits = FunctionExits.Find(blocks, IndirectTargets.Collect(image, function));
        if (exits.Count == 0)
        {
            problem = $"{Function} has no exit";
            return null;
        }

        // PyObject *_PyEval_EvalFrameDefault(PyFrameObject *f, int throwflag); since 3.9 with PyThreadState *tstate before them.
        var frame = Build.Register(version.IsAtLeast(3, 9) ? X64Register.Rsi : X64Register.Rdi);
        var stack = Build.Register(X64Register.Rsp);
        var frames = new FrameStore("python frames", 1);
        var entry = Location(module, entryAddress);
        var entryProbe = new Probe("python", "function__entry", module, ProbeSource.Synthesised, PythonProbeParameters.Position,
            [new ProbeSite(entry, Arguments(frame, version, layout))])
        {
            Note = $"at the entry of {Function}; also when a generator or coroutine is resumed",
        };

        // Reading the frame at an exit is safe: the caller releases it only after the function has returned (Objects/call.c, function_code_fastcall and
        // _PyEval_EvalCode; for generators Objects/genobject.c, gen_send_ex, whose caller holds the running generator and so its frame).
        var arguments = Arguments(new SavedExpression(0), version, layout);
        var sites = exits.Select(e => new ProbeSite(Location(module, e.Address), arguments)
        {
            Restore = new FrameRestore(frames, Build.Offset(stack, e.StackDisplacement)),
        }).ToArray();
        var returnProbe = new Probe("python", "function__return", module, ProbeSource.Synthesised, PythonProbeParameters.Position, sites)
        {
            Companions = [new CompanionSite(entry, new FrameSave(frames, stack, new ExpressionList(frame)))],
            Note = $"at the exits of {Function}, also by exception and when a generator yields; frames entered before tracing began are not reported",
        };
        return [entryProbe, returnProbe];
    }

    private static ExpressionList Arguments(Expression frame, PythonVersion version, PythonLayout layout)
    {
        var code = Build.LoadPointer(frame, layout.FrameCode);
        return new ExpressionList(
            PythonText.Of(Build.LoadPointer(code, layout.CodeFileName), layout),
            PythonText.Of(Build.LoadPointer(code, layout.CodeName), layout),
            PythonLines.Of(frame, version, layout));
    }

    private static CodeLocation Location(TargetModule module, ulong address)
    {
        module.Image.AddressMap.TryGetFileOffset(address, out var offset);
        return new CodeLocation(module, offset, address);
    }

    // The function's part in .text and, when the symbol table tells of it, the part for unlikely paths that GCC names *.cold.
    private static bool TryFindCode(ElfImage image, out CodeBlock[] blocks, out string? problem)
    {
        blocks = [];
        if ((image.DynamicSymbols?.TryFind(Function, out var symbol) is not true && image.SymbolTable?.TryFind(Function, out symbol) is not true)
            || symbol.Type != ElfSymbolType.Function)
        {
            problem = $"{Function} is in no symbol table";
            return false;
        }

        if (Code(image, symbol) is not { } main)
        {
            problem = $"the size of {Function} is unknown";
            return false;
        }

        problem = null;
        blocks = image.SymbolTable?.TryFind(Function + ".cold", out var cold) is true && Code(image, cold) is { } apart ? [main, apart] : [main];
        return true;
    }

    private static CodeBlock? Code(ElfImage image, ElfSymbol symbol)
    {
        // The largest seen is 200 KiB (3.13 without optimisation); a lying size must not make us decode a whole library.
        const ulong Largest = 4 << 20;
        var bytes = image.DataFrom(symbol.Value);
        return symbol.Size is 0 or > Largest || symbol.Size > (ulong)bytes.Length || !image.AddressMap.TryGetFileOffset(symbol.Value, out _)
            ? null
            : new CodeBlock(symbol.Value, bytes[..(int)symbol.Size]);
    }
}
