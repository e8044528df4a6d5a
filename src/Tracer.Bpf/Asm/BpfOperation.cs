namespace Tracer.Bpf;

/// <summary>
/// Two-operand arithmetic; bits 4-7 are the opcode's operation. The signed division and remainder (kernel 6.6) carry 1 in the
/// instruction's offset field, kept here in bit 8. Division by zero gives 0, remainder by zero leaves the destination; shifts are
/// masked to the width (Documentation/bpf/standardization/instruction-set.rst).
/// </summary>
public enum BpfOperation
{
    /// <summary>Addition.</summary>
    Add = 0x00,

    /// <summary>Subtraction.</summary>
    Subtract = 0x10,

    /// <summary>Multiplication, low half.</summary>
    Multiply = 0x20,

    /// <summary>Unsigned division.</summary>
    Divide = 0x30,

    /// <summary>Bitwise or.</summary>
    Or = 0x40,

    /// <summary>Bitwise and.</summary>
    And = 0x50,

    /// <summary>Shift left.</summary>
    ShiftLeft = 0x60,

    /// <summary>Logical shift right.</summary>
    ShiftRight = 0x70,

    /// <summary>Unsigned remainder.</summary>
    Modulo = 0x90,

    /// <summary>Bitwise exclusive or.</summary>
    Xor = 0xa0,

    /// <summary>Arithmetic shift right.</summary>
    ArithmeticShiftRight = 0xc0,

    /// <summary>Signed division, truncating (kernel 6.6).</summary>
    SignedDivide = 0x130,

    /// <summary>Signed remainder, sign of the dividend (kernel 6.6).</summary>
    SignedModulo = 0x190,
}
