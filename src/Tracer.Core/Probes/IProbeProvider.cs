using Tracer.Elf.Dwarf;

namespace Tracer.Core.Probes;

/// <summary>
/// Finds the probes of one target that are too many to be listed up front: functions of native code, of which a process has tens of thousands.
/// <see cref="ProbeCatalog"/> holds those that can be. Disposing gives back the files it opened; debug types of its probes end with them.
/// </summary>
public interface IProbeProvider : IDisposable
{
    /// <summary>Whether such a spec is this provider's to answer.</summary>
    bool Handles(ProbeSpec spec);

    /// <summary>The probes that a spec it handles asks for, with the types it gives.</summary>
    ProbeResolution Resolve(ProbeSpec spec);

    /// <summary>The types that the debugging information of each of the target's files has, read one after the other as they are asked for.</summary>
    IEnumerable<DwarfTypes> FindTypes();
}
