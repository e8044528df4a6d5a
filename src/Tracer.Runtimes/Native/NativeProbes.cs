using System.Globalization;
using Tracer.Core.Probes;
using Tracer.Core.Targets;
using Tracer.Elf.Dwarf;
using Tracer.Linux;

namespace Tracer.Runtimes.Native;

/// <summary>
/// Probes on any native code of a target: entries and exits of functions with their parameters by name, inlined instances, instructions, source lines.
/// Symbols come from .symtab, .dynsym, .gnu_debugdata and separate debug files.
/// </summary>
public sealed class NativeProbes : IProbeProvider
{
    /// <summary>How many functions one spec may arm: more is a mistake of the pattern most of the time, and takes long.</summary>
    public const int DefaultMaximumFunctions = 1000;

    private readonly List<NativeModule> _modules;
    private readonly Lazy<string?> _hazard;

    /// <summary>Reads nothing yet.</summary>
    /// <param name="gate">Opens separate debug files.</param>
    /// <param name="modules">The target's files.</param>
    /// <param name="processId">The process, under whose root debug files are sought first; null for files looked at on their own.</param>
    /// <param name="memory">Its memory, which tells what indirect functions became; null for files looked at on their own.</param>
    public NativeProbes(ISystemCallGate gate, IReadOnlyList<TargetModule> modules, int? processId = null, ITargetMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(modules);
        IReadOnlyList<string> roots = processId is { } pid ? [string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/root"), ""] : [""];
        _modules = [.. modules.Select(m => new NativeModule(gate, m, roots, memory))];
        _hazard = new(() => processId is { } id ? StackHazards.Find(new ProcFs(gate), id, _modules) : null);
    }

    /// <summary>How many functions one spec may mean.</summary>
    public int MaximumFunctions { get; init; } = DefaultMaximumFunctions;

    /// <inheritdoc/>
    public bool Handles(ProbeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Native is not null;
    }

    /// <inheritdoc/>
    public ProbeResolution Resolve(ProbeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Native is null)
            throw new ArgumentException($"{spec.Text} is no probe of native code.", nameof(spec));
        var modules = _modules.Where(m => ModulePattern.Matches(spec.Module, m.Module)).ToArray();
        if (modules.Length == 0)
            return NoModule(spec);
        var resolution = spec.Native.Place switch
        {
            FunctionPlace function => new FunctionSearch(spec, function, MaximumFunctions, _hazard).Run(modules),
            AddressPlace address => CodePlaces.AtAddress(spec, address, modules, _hazard),
            LinePlace line => CodePlaces.AtLine(spec, line, modules),
            _ => ProbeResolution.None($"'{spec.Text}' asks for a place of unknown kind."),
        };
        return resolution with { Probes = [.. resolution.Probes.Select(spec.Apply)] };
    }

    /// <inheritdoc/>
    public IEnumerable<DwarfTypes> FindTypes() => _modules.Select(m => m.Debug?.Types).OfType<DwarfTypes>();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var module in _modules)
            module.Dispose();
    }

    private ProbeResolution NoModule(ProbeSpec spec)
    {
        var names = _modules.Select(m => m.Module.Name).Distinct().ToArray();
        var near = names.Where(n => n.Contains(spec.Module, StringComparison.OrdinalIgnoreCase) || NameDistance.Between(spec.Module, n) <= Math.Max(2, n.Length / 3))
            .OrderBy(n => NameDistance.Between(spec.Module, n)).Take(3).Select(n => spec.Text.Replace($":{spec.Module}:", $":{n}:", StringComparison.Ordinal));
        var files = string.Join(", ", names.Take(8)) + (names.Length > 8 ? ", ..." : "");
        return ProbeResolution.None($"No mapped file matches '{spec.Module}'; there are {files}.", [.. near]);
    }
}
