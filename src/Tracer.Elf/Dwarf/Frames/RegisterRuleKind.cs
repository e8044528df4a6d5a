namespace Tracer.Elf.Dwarf.Frames;

/// <summary>How the caller's value of a register is found (DWARF 5, 6.4.1).</summary>
public enum RegisterRuleKind : byte
{
    /// <summary>Not said: kept for registers the callee preserves, lost for others.</summary>
    Unspecified,

    /// <summary>Lost; for the return address it means that there is no caller.</summary>
    Undefined,

    /// <summary>Unchanged.</summary>
    SameValue,

    /// <summary>In memory at the CFA plus an offset.</summary>
    Offset,

    /// <summary>The CFA plus an offset itself.</summary>
    ValueOffset,

    /// <summary>In another register.</summary>
    Register,

    /// <summary>In memory at the address that an expression gives.</summary>
    Expression,

    /// <summary>The value of an expression.</summary>
    ValueExpression,
}
