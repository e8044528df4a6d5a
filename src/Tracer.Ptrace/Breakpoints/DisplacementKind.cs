namespace Tracer.Ptrace.Breakpoints;

/// <summary>How the instruction under a breakpoint is carried out in another way than by running it where it stands.</summary>
internal enum DisplacementKind
{
    /// <summary>It does nothing: go on behind it.</summary>
    Skip,

    /// <summary>push of a 64-bit register.</summary>
    Push,

    /// <summary>jmp to a fixed address.</summary>
    Jump,

    /// <summary>jcc.</summary>
    ConditionalJump,

    /// <summary>loop, loope, loopne, jrcxz, jecxz.</summary>
    CountedJump,

    /// <summary>call of a fixed address.</summary>
    Call,

    /// <summary>call through a register or memory.</summary>
    IndirectCall,

    /// <summary>ret, with or without a count.</summary>
    Return,

    /// <summary>Anything else: a copy runs in a slot and jumps back.</summary>
    Slot,
}
