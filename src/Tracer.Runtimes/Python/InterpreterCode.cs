using Tracer.Core.Expressions;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Python;

/// <summary>The machine code of one CPython and the layout of its objects: what probes on functions of the interpreter are made from.</summary>
/// <param name="module">The file.</param>
/// <param name="version">Its version.</param>
/// <param name="layout">The layout of its objects; null with a <paramref name="problem"/> where it is not known.</param>
/// <param name="problem">Why there is none, in one clause.</param>
internal sealed class InterpreterCode(TargetModule module, PythonVersion version, PythonLayout? layout, string? problem)
{
    private CodeSearch? _search;

    public PythonVersion Version => version;

    /// <summary>Why nothing can be made of it; null when something can.</summary>
    public string? Problem => layout is null ? problem : null;

    /// <summary>Its functions.</summary>
    public CodeSearch Search => _search ??= new CodeSearch(module);

    /// <summary>The instruction at a link-time address of the file's code.</summary>
    public CodeLocation LocationOf(ulong address) => module.LocationOf(address);

    /// <summary>What calls of a function that it exports or imports look like.</summary>
    public CallTargets CallsTo(ReadOnlySpan<byte> name) => new(module.Image, name);

    /// <summary>The address that something of the file has in the target, in an expression of a site.</summary>
    /// <param name="site">The site.</param>
    /// <param name="address">The link-time address.</param>
    public static Expression AddressAt(CodeLocation site, ulong address) =>
        Build.Offset(Build.Register(Elf.X64Register.Rip), unchecked((long)(address - site.ImageAddress)));

    /// <summary>A probe that fires at sites.</summary>
    public Probe Make(string name, IReadOnlyList<ProbeSite> sites, string note) =>
        new("python", name, module, ProbeSource.Synthesised, PythonProbeParameters.Of(name), sites) { Note = note };

    /// <summary>A probe that cannot be made, with the reason in one clause.</summary>
    public Probe Dormant(string name, string reason) =>
        new("python", name, module, ProbeSource.Synthesised, PythonProbeParameters.Of(name), [])
        {
            DormantReason = $"not possible in this CPython {version}: {reason}",
        };
}
