using System.Text;
using Iced.Intel;
using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>
/// <c>import__find__load__start</c> and <c>import__find__load__done</c> where the file has no notes of these names: around the call of
/// <c>importlib._bootstrap._find_and_load</c> in <c>PyImport_ImportModuleLevelObject</c> (Python/import.c), as the notes are. It is known by the method's name,
/// which is its second argument; the module's is the third. 2.7 has <see cref="OldImportProbes"/>.
/// </summary>
internal sealed class ImportProbes
{
    /// <summary>Its name.</summary>
    public const string Start = "import__find__load__start";

    /// <summary>Its name.</summary>
    public const string Done = "import__find__load__done";

    private const string Function = "PyImport_ImportModuleLevelObject";
    private const string Method = "_find_and_load";

    private readonly TargetModule _module;
    private readonly PythonLayout _layout;
    private readonly ImagePointers _pointers;
    private readonly ulong _runtime;

    private ImportProbes(TargetModule module, PythonLayout layout)
    {
        (_module, _layout, _pointers) = (module, layout, new ImagePointers(module.Image));
        _runtime = NamedFunction.TryFindSymbol(module.Image, "_PyRuntime", out var symbol) ? symbol.Value : 0;
    }

    /// <summary>Both probes, or null with a reason in one clause.</summary>
    public static IReadOnlyList<Probe>? Make(TargetModule module, PythonLayout layout, out string? problem)
    {
        if (!NamedFunction.TryFind(module.Image, Function, out var blocks, out problem))
            return null;
        var probes = new ImportProbes(module, layout);
        var code = FunctionBody.Decode(blocks).Instructions;
        var calls = Enumerable.Range(0, code.Count).Where(k => DirectCalls.IsDirect(code[k]) && probes.IsMethod(code, k)).Select(k => code[k]).ToArray();
        if (calls.Length > 0)
            return [probes.AtCalls(calls), probes.BehindCalls(calls)];
        problem = $"{Function} has no call of {Method}";
        return null;
    }

    private Probe AtCalls(IReadOnlyList<Instruction> calls) => new("python", Start, _module, ProbeSource.Synthesised, PythonProbeParameters.Of(Start),
        [.. calls.Select(c => new ProbeSite(_module.LocationOf(c.IP), new ExpressionList(PythonText.Of(Build.Register(X64Register.Rdx), _layout))))])
    {
        Note = $"at the call of importlib's {Method}",
    };

    private Probe BehindCalls(IReadOnlyList<Instruction> calls)
    {
        var stack = Build.Register(X64Register.Rsp);
        var store = new FrameStore("python imports", 1);
        var isFound = Build.Convert(Build.Binary(BinaryOperator.NotEqual, Build.Register(X64Register.Rax), Build.Constant(0)), IntegerType.Int32);
        return new Probe("python", Done, _module, ProbeSource.Synthesised, PythonProbeParameters.Of(Done),
            [.. calls.Select(c => new ProbeSite(_module.LocationOf(c.NextIP), new ExpressionList(PythonText.Of(new SavedExpression(0), _layout), isFound)) { Restore = new FrameRestore(store, stack) })])
        {
            Companions = [.. calls.Select(c => new CompanionSite(_module.LocationOf(c.IP), new FrameSave(store, stack, new ExpressionList(Build.Register(X64Register.Rdx)))))],
            Note = $"behind the call of importlib's {Method}; imports begun before tracing are not reported",
        };
    }

    private bool IsMethod(IReadOnlyList<Instruction> code, int call)
    {
        var address = StraightLine.Address(code, call, Register.RSI);
        // Since 3.11 names are in _PyRuntime, whose address another register holds.
        if (address is null && _runtime != 0 && StraightLine.LastWrite(code, call, Register.RSI) is { Mnemonic: Mnemonic.Lea, MemoryIndex: Register.None } lea)
            address = _runtime + lea.MemoryDisplacement64;
        return address is { } at && (IsText(at + (ulong)_layout.Text.AsciiSize) || IsText(_pointers.Follow(at)) || IsText(_pointers.Follow(at + 8)));
    }

    // The characters of a str, or what a _Py_Identifier (Include/cpython/object.h) points to: up to 3.9 its second member does, in 3.10 its first.
    private bool IsText(ulong address)
    {
        var bytes = _module.Image.DataFrom(address).Span;
        return bytes.Length > Method.Length && bytes[Method.Length] == 0 && Encoding.ASCII.GetString(bytes[..Method.Length]) == Method;
    }
}
