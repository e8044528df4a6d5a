using Tracer.Core.Probes;
using Tracer.Core.Runtimes;
using Tracer.Core.Targets;
using Tracer.Linux;

namespace Tracer.Runtimes.Python;

/// <summary>CPython's code in one file of a target: a libpython or a program it is linked into.</summary>
internal sealed class PythonModule(ISystemCallGate gate, TargetModule module, PythonFacts facts) : IRuntimeModule
{
    public string Description => $"CPython {facts.Version}";

    public IReadOnlyList<ProbeFamily> FindFamilies(IReadOnlyList<Probe> notes)
    {
        var own = notes.Where(n => n.Provider == InterpreterCode.Provider).ToArray();
        var code = new InterpreterCode(gate, module, facts);
        return
        [
            .. notes.Where(n => n.Provider != InterpreterCode.Provider).Select(n => new ProbeFamily(n)),
            .. own.Where(n => !FunctionProbes.Names.Contains(n.Name)).Select(n => new ProbeFamily(PythonProbeParameters.Apply(n))),
            new(InterpreterCode.Provider, FunctionProbes.Names, () => FunctionProbes.Make(code, own)),
            .. EventFamilies.Of(code, [.. own.Select(n => n.Name)]),
        ];
    }

    public ProbeResolution FindLine(TargetProcess target, LinePlace line) => new LineProbes(gate, new InterpreterCode(gate, module, facts), target).Find(line);

    public RunningCode? FindRunning(out string? problem) =>
        facts.Layout(gate, module, out problem) is { } layout ? RunningFunction.Find(module, facts.Version, layout, out problem) : null;

    public RuntimeAllocator? FindAllocator(out string? problem) => SmallBlocks.Find(module, facts.Version, out problem);
}
