using Tracer.Elf;

namespace Tracer.Core.Targets;

/// <summary>Which module has the code at an address. It never changes: when a target loads a library, make another.</summary>
public sealed class ModuleMap
{
    private readonly ulong[] _starts;
    private readonly (ulong End, TargetModule Module)[] _ranges;

    /// <summary>Sorts the executable segments of modules by address.</summary>
    /// <param name="modules">Modules with their contents.</param>
    public ModuleMap(IEnumerable<TargetModule> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        Modules = [.. modules];
        var ranges = new List<(ulong Start, ulong End, TargetModule Module)>();
        foreach (var module in Modules)
        {
            foreach (var segment in module.Image.AddressMap.LoadSegments)
            {
                var start = AddressMap.ToRuntime(segment.VirtualAddress, module.LoadBias);
                if ((segment.Flags & ElfSegmentFlags.Execute) != 0 && segment.MemorySize > 0 && start <= ulong.MaxValue - segment.MemorySize)
                    ranges.Add((start, start + segment.MemorySize, module));
            }
        }

        ranges.Sort((a, b) => a.Start.CompareTo(b.Start));
        _starts = [.. ranges.Select(r => r.Start)];
        _ranges = [.. ranges.Select(r => (r.End, r.Module))];
    }

    /// <summary>The modules.</summary>
    public IReadOnlyList<TargetModule> Modules { get; }

    /// <summary>The executable segments of some of the modules, ascending.</summary>
    public IEnumerable<(ulong Start, ulong End)> RangesOf(Func<TargetModule, bool> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        for (var k = 0; k < _starts.Length; k++)
        {
            if (wanted(_ranges[k].Module))
                yield return (_starts[k], _ranges[k].End);
        }
    }

    /// <summary>Finds the module whose code an address is in. Allocates nothing.</summary>
    /// <param name="address">An address in the target.</param>
    /// <returns>The module; null when the address is in none.</returns>
    public TargetModule? Find(ulong address)
    {
        var index = Array.BinarySearch(_starts, address);
        if (index < 0)
            index = ~index - 1;
        return index >= 0 && address < _ranges[index].End ? _ranges[index].Module : null;
    }
}
