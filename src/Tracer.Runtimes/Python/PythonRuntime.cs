using System.Collections.Concurrent;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Elf;
using Tracer.Linux;

namespace Tracer.Runtimes.Python;

/// <summary>
/// CPython: gives the probes of its notes their names and types, wakes those that are asleep, and makes the probes of functions and generators for 2.7 and
/// 3.6 to 3.15, whether the file has notes or not. Other versions are recognised and explained. Safe for concurrent use.
/// </summary>
/// <param name="gate">The kernel, to open separate debug files.</param>
public sealed class PythonRuntime(ISystemCallGate gate) : IRuntime
{
    private readonly ConcurrentDictionary<string, PythonFacts?> _known = new(StringComparer.Ordinal);

    /// <summary>A runtime on the machine's kernel.</summary>
    public PythonRuntime()
        : this(LinuxSystemCalls.Instance)
    {
    }

    /// <inheritdoc/>
    public string Name => "python";

    /// <inheritdoc/>
    public IRuntimeModule? Recognise(TargetModule module)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (!HoldsInterpreter(module))
            return null;
        var build = module.Image.BuildIdString ?? $"{module.Path} {module.Image.Bytes.Length}";
        var facts = _known.GetOrAdd(build, _ => PythonVersionReader.Read(module.Image) is { } version ? new PythonFacts(version) : null);
        return facts is null ? null : new PythonModule(gate, module, facts);
    }

    // Extension modules import these names; only the file with the interpreter defines them. Every version from 2.7 on exports both, but for programs that a static
    // libpython is linked into without -rdynamic.
    private static bool HoldsInterpreter(TargetModule module) =>
        Defines(module.Image.DynamicSymbols) || (module.Image.IsExecutable && Defines(module.Image.SymbolTable));

    private static bool Defines(ElfSymbolTable? symbols) =>
        symbols is not null && symbols.TryFind("PyEval_EvalFrameEx"u8, out _) && symbols.TryFind("Py_GetVersion"u8, out _);
}
