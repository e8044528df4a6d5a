using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf.Dwarf;

namespace Tracer.Core.Runtimes;

/// <summary>The probes of lines of interpreted code, <c>python:app.py:12</c>, in one process: they are found when they are asked for.</summary>
/// <param name="target">The process.</param>
/// <param name="runtimes">The runtimes.</param>
public sealed class InterpretedLines(TargetProcess target, IReadOnlyList<IRuntime> runtimes) : IProbeProvider
{
    /// <inheritdoc/>
    public bool Handles(ProbeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Line is not null;
    }

    /// <inheritdoc/>
    public ProbeResolution Resolve(ProbeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Line is not { } line)
            throw new ArgumentException($"{spec.Text} is no line of interpreted code.", nameof(spec));
        var modules = runtimes.Where(r => r.Name == spec.Provider).SelectMany(r => target.Modules.Select(r.Recognise)).OfType<IRuntimeModule>().ToArray();
        if (modules.Length == 0)
            return ProbeResolution.None(runtimes.Any(r => r.Name == spec.Provider) ? $"The process does not run {spec.Provider}." : $"There is no runtime of the name '{spec.Provider}'.");
        var found = modules.Select(m => m.FindLine(target, line)).ToArray();
        ProbeResolution[] some = [.. found.Where(r => r.Problem is null)];
        return some.Length == 0 ? found[0] : ProbeResolution.Of([.. some.SelectMany(r => r.Probes).Select(spec.Apply)]);
    }

    /// <inheritdoc/>
    public IEnumerable<DwarfTypes> FindTypes() => [];

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
