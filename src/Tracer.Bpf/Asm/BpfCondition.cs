namespace Tracer.Bpf;

/// <summary>Condition of a jump; the values are the operation bits of jump opcodes (BPF_JEQ ... BPF_JSLE).</summary>
public enum BpfCondition : byte
{
    /// <summary>Equal.</summary>
    Equal = 0x10,

    /// <summary>Unsigned greater than.</summary>
    Greater = 0x20,

    /// <summary>Unsigned greater than or equal.</summary>
    GreaterOrEqual = 0x30,

    /// <summary>Any common bit set.</summary>
    AnyBitSet = 0x40,

    /// <summary>Not equal.</summary>
    NotEqual = 0x50,

    /// <summary>Signed greater than.</summary>
    SignedGreater = 0x60,

    /// <summary>Signed greater than or equal.</summary>
    SignedGreaterOrEqual = 0x70,

    /// <summary>Unsigned less than.</summary>
    Less = 0xa0,

    /// <summary>Unsigned less than or equal.</summary>
    LessOrEqual = 0xb0,

    /// <summary>Signed less than.</summary>
    SignedLess = 0xc0,

    /// <summary>Signed less than or equal.</summary>
    SignedLessOrEqual = 0xd0,
}
