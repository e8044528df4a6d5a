namespace Tracer.Elf.Dwarf.Frames;

/// <summary>How the canonical frame address is found (DWARF 5, 6.4.1).</summary>
public enum CfaRuleKind : byte
{
    /// <summary>Not said.</summary>
    None,

    /// <summary>A register plus an offset.</summary>
    RegisterOffset,

    /// <summary>The value of an expression.</summary>
    Expression,
}
