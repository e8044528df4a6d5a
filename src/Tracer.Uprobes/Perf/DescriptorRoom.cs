using Tracer.Linux;

namespace Tracer.Uprobes.Perf;

/// <summary>Sees to it that this process may open a descriptor for each site and CPU.</summary>
internal static class DescriptorRoom
{
    // What the process has open beside: standard streams, the target's files, rings.
    private const ulong Others = 128;

    /// <summary>Raises the limit of open files where it must be and can be.</summary>
    /// <param name="gate">The kernel.</param>
    /// <param name="needed">How many descriptors will be opened.</param>
    /// <exception cref="Core.Diagnostics.TracerException">ST0506: it cannot be raised so far.</exception>
    public static void Make(ISystemCallGate gate, int needed)
    {
        var wanted = (ulong)needed + Others + (ulong)Math.Max(OwnedDescriptor.OpenCount, 0);
        // Where limits cannot be asked for, opening will tell.
        if (!gate.DescriptorLimit().TryGet(out var limit) || limit.Soft >= wanted)
            return;
        if (limit.Hard >= wanted ? gate.SetDescriptorLimit(limit.Hard, limit.Hard).IsError : gate.SetDescriptorLimit(wanted, wanted).IsError)
            throw PerfFailures.TooFewDescriptors(needed, limit.Soft, limit.Hard);
    }
}
