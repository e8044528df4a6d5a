using Tracer.Core.Stacks;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python.Threads;

/// <summary>Where the function is that runs frames of CPython: the symbol itself and what a compiler has split off from it.</summary>
public sealed class EvaluationFunction
{
    private static readonly string[] Names = ["_PyEval_EvalFrameDefault", "PyEval_EvalFrameEx"];

    private readonly List<(ulong Start, ulong End)> _ranges = [];

    /// <summary>Finds it in a file with the interpreter.</summary>
    public EvaluationFunction(TargetModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        // Until 3.5 PyEval_EvalFrameEx did the work; later it only calls the other.
        var name = Names.FirstOrDefault(n => Add(module, n));
        if (name is not null)
            Add(module, name + ".cold");
    }

    /// <summary>Whether a native frame is one of it.</summary>
    public bool Contains(NativeFrame frame) => _ranges.Exists(r => frame.LookupAddress >= r.Start && frame.LookupAddress < r.End);

    private bool Add(TargetModule module, string name)
    {
        if (!NamedFunction.TryFindSymbol(module.Image, name, out var symbol))
            return false;
        var start = AddressMap.ToRuntime(symbol.Value, module.LoadBias);
        _ranges.Add((start, start + symbol.Size));
        return true;
    }
}
