using Tracer.Core.Expressions;
using Tracer.Core.Plans;

namespace Tracer.Ptrace.Breakpoints;

/// <summary>One planned site in the target: what was there, what stands in for it, and what happens at a hit.</summary>
internal sealed class Breakpoint(PlannedSite site, ReadOnlyMemory<byte> bytes, DisplacedInstruction displaced)
{
    public PlannedSite Site { get; } = site;

    public ulong Address { get; } = displaced.Address;

    /// <summary>The whole instruction as it was.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public byte Original { get; } = bytes.Span[0];

    public DisplacedInstruction Displaced { get; } = displaced;

    /// <summary>Whether any expression reads xmm, which costs one more ptrace call at a hit.</summary>
    public bool NeedsVectors { get; } = site.Clauses.Any(c => c.Expressions.Any(e => ExpressionParts.Any(e, p => p is VectorExpression)));

    /// <summary>Where the instruction's copy is; zero when it has none.</summary>
    public ulong Slot { get; private set; }

    /// <summary>The length of the copy, which may differ from the original's.</summary>
    public int CopyLength { get; private set; }

    /// <summary>Whether int3 stands in the target.</summary>
    public bool IsArmed { get; set; }

    public void UseSlot(ulong address, int copyLength) => (Slot, CopyLength) = (address, copyLength);
}
