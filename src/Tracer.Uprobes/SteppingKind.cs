namespace Tracer.Uprobes;

/// <summary>How the kernel carries out an instruction under a uprobe, which decides what a hit costs.</summary>
internal enum SteppingKind
{
    /// <summary>The kernel does what the instruction does: one trap for a hit.</summary>
    Emulated,

    /// <summary>A nop of several bytes, which newer kernels emulate and older ones step; some replace it by a call.</summary>
    LongNop,

    /// <summary>A copy of it is single-stepped: two traps.</summary>
    Stepped,
}
