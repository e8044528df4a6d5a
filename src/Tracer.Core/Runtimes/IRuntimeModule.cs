using Tracer.Core.Probes;
using Tracer.Core.Targets;

namespace Tracer.Core.Runtimes;

/// <summary>A runtime's code in one file of a target.</summary>
public interface IRuntimeModule
{
    /// <summary>What was recognised: <c>CPython 3.10.13</c>.</summary>
    string Description { get; }

    /// <summary>
    /// The probes of this file: those of its notes, with the runtime's names, types and readiness, and those that sharptrace synthesises
    /// because no note exists or because it never fires.
    /// </summary>
    /// <param name="notes">The probes of the file's notes as the notes have them.</param>
    IReadOnlyList<ProbeFamily> FindFamilies(IReadOnlyList<Probe> notes);

    /// <summary>All probes of <see cref="FindFamilies"/>.</summary>
    IReadOnlyList<Probe> FindProbes(IReadOnlyList<Probe> notes) => [.. FindFamilies(notes).SelectMany(f => f.Probes)];

    /// <summary>The probe of a line of interpreted code in a process that has the file mapped: where its code begins, in all functions that are there now.</summary>
    /// <param name="target">The process.</param>
    /// <param name="line">The line.</param>
    ProbeResolution FindLine(TargetProcess target, LinePlace line) => ProbeResolution.None($"Lines of {Description} cannot be probed.");

    /// <summary>What is known of the code that runs in a thread, at any site of the process; null with a reason in one clause.</summary>
    RunningCode? FindRunning(out string? problem)
    {
        problem = $"{Description} does not tell which of its functions runs";
        return null;
    }

    /// <summary>The functions that all blocks of the runtime's own allocator pass; null with a reason in one clause.</summary>
    RuntimeAllocator? FindAllocator(out string? problem)
    {
        problem = $"{Description} does not tell the functions of its allocator";
        return null;
    }
}
