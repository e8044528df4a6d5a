using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Linux;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>The machine code of one CPython and the layout of its objects: what its probes are made from, each part found when it is first asked for.</summary>
/// <param name="gate">The kernel, to open a separate debug file.</param>
/// <param name="module">The file.</param>
/// <param name="facts">What is known of the build.</param>
internal sealed class InterpreterCode(ISystemCallGate gate, TargetModule module, PythonFacts facts)
{
    /// <summary>The provider of all its probes.</summary>
    public const string Provider = "python";

    private CodeSearch? _search;
    private EvaluationLoop? _loop;
    private string? _loopProblem;
    private bool _isLoopSought;

    /// <summary>The file.</summary>
    public TargetModule Module => module;

    /// <summary>Its version.</summary>
    public PythonVersion Version => facts.Version;

    /// <summary>The layout of its objects; null with a <see cref="Problem"/>.</summary>
    public PythonLayout? Layout => facts.Layout(gate, module, out _);

    /// <summary>Why there is no layout, in one clause; null when there is one.</summary>
    public string? Problem
    {
        get
        {
            facts.Layout(gate, module, out var problem);
            return problem;
        }
    }

    /// <summary>Its evaluation loop, 3.11 and later; null with a <see cref="LoopProblem"/>.</summary>
    public EvaluationLoop? Loop
    {
        get
        {
            if (!_isLoopSought)
            {
                _isLoopSought = true;
                _loop = Layout is { InterpreterFrame: not null } layout ? EvaluationLoop.Find(module.Image, Version, layout, out _loopProblem) : null;
            }

            return _loop;
        }
    }

    /// <summary>Why there is no loop, in one clause; null when there is one or none is to be.</summary>
    public string? LoopProblem => Loop is null ? _loopProblem : null;

    /// <summary>Its functions.</summary>
    public CodeSearch Search => _search ??= new CodeSearch(module);

    /// <summary>The instruction at a link-time address of the file's code.</summary>
    public CodeLocation LocationOf(ulong address) => module.LocationOf(address);

    /// <summary>What calls of a function that it exports or imports look like.</summary>
    public CallTargets CallsTo(ReadOnlySpan<byte> name) => new(module.Image, name);

    /// <summary>A probe that fires at sites.</summary>
    public Probe Make(string name, IReadOnlyList<ProbeSite> sites, string note) =>
        new(Provider, name, module, ProbeSource.Synthesised, PythonProbeParameters.Of(name), sites) { Note = note };

    /// <summary>A probe that cannot be made, with the reason in one clause.</summary>
    public Probe Dormant(string name, string reason) =>
        new(Provider, name, module, ProbeSource.Synthesised, PythonProbeParameters.Of(name), [])
        {
            DormantReason = $"not possible in this CPython {Version}: {reason}",
        };
}
