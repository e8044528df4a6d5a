using Tracer.Core.Expressions;
using Tracer.Elf.Dwarf;

namespace Tracer.Core.Binding;

/// <summary>What a location description is compiled for: one instruction of one function.</summary>
/// <param name="Address">The instruction's link-time address, which is rip at the hit less the load bias.</param>
/// <param name="CanonicalFrameAddress">The stack pointer as it was before the function's call pushed the return address, uint64; null when it is not known there.</param>
public sealed record DwarfContext(ulong Address, Expression? CanonicalFrameAddress)
{
    /// <summary>What DW_OP_fbreg is relative to, by address.</summary>
    public IReadOnlyList<DwarfLocation> FrameBase { get; init; } = [];

    /// <summary>Whether registers and stack are as the caller left them, so that a value at entry is the register's.</summary>
    public bool IsEntry { get; init; }
}
