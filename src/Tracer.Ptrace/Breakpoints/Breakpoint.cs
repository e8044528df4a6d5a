using Tracer.Core.Plans;
using Tracer.Ptrace.Hits;

namespace Tracer.Ptrace.Breakpoints;

/// <summary>One planned site in the target: what was there, what stands in for it, and what happens at a hit.</summary>
internal sealed class Breakpoint(PlannedSite site, byte original, DisplacedInstruction displaced, SitePlan plan)
{
    public PlannedSite Site { get; } = site;

    public ulong Address { get; } = displaced.Address;

    public byte Original { get; } = original;

    public DisplacedInstruction Displaced { get; } = displaced;

    public SitePlan Plan { get; } = plan;

    /// <summary>Where the instruction's copy is; zero when it has none.</summary>
    public ulong Slot { get; private set; }

    /// <summary>The length of the copy, which may differ from the original's.</summary>
    public int CopyLength { get; private set; }

    /// <summary>Whether int3 stands in the target.</summary>
    public bool IsArmed { get; set; }

    public void UseSlot(ulong address, int copyLength) => (Slot, CopyLength) = (address, copyLength);
}
