using System.Globalization;

namespace Tracer.Elf.Dwarf;

/// <summary>One operation of a location expression.</summary>
/// <param name="Offset">Bytes from the start of the expression.</param>
/// <param name="Opcode">The DW_OP_* code (DWARF 5, table 7.9; GNU extensions).</param>
/// <param name="Operand1">The first operand, sign-extended when the operation says it is signed; 0 when there is none.</param>
/// <param name="Operand2">The second operand; 0 when there is none.</param>
/// <param name="Block">The bytes of a block operand, or the inner expression of DW_OP_entry_value.</param>
public readonly record struct DwarfOperation(int Offset, byte Opcode, long Operand1, long Operand2, ReadOnlyMemory<byte> Block)
{
    /// <summary>The register that a DW_OP_reg or breg operation names, when it is one of x86-64; null for other operations and registers.</summary>
    public X64Register? Register
    {
        get
        {
            long number = Opcode switch
            {
                >= 0x50 and <= 0x6f => Opcode - 0x50, // DW_OP_reg0 to reg31
                >= 0x70 and <= 0x8f => Opcode - 0x70, // DW_OP_breg0 to breg31
                0x90 or 0x92 => Operand1,             // DW_OP_regx, DW_OP_bregx
                _ => -1,
            };
            return number is >= 0 and <= 32 or 49 or 58 or 59 ? (X64Register)number : null;
        }
    }

    /// <summary>The operation as it is usually written, such as <c>DW_OP_breg7 (rsp) 8</c>; numbers are decimal, addresses hexadecimal.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => DwarfOperations.Print(this);

    internal string RegisterName => Register switch
    {
        null => "?",
        X64Register.Rflags => "rflags",
        X64Register.FsBase => "fs.base",
        X64Register.GsBase => "gs.base",
        >= X64Register.Xmm0 and <= X64Register.Xmm15 => string.Create(CultureInfo.InvariantCulture, $"xmm{Register - X64Register.Xmm0}"),
        X64Register.Rip => "rip",
        { } register => register.ToString().ToLowerInvariant(),
    };
}
