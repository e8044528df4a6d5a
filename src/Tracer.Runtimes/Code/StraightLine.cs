using Iced.Intel;

namespace Tracer.Runtimes.Code;

/// <summary>What the straight line of instructions before a call leaves in a register: looks no further than the last jump or call.</summary>
public static class StraightLine
{
    // Arguments are set close to their call.
    private const int Longest = 24;

    /// <summary>The last instruction before a call that writes a register; null when there is none on the line.</summary>
    /// <param name="code">The function's instructions.</param>
    /// <param name="call">The call's index.</param>
    /// <param name="register">The 64-bit register.</param>
    public static Instruction? LastWrite(IReadOnlyList<Instruction> code, int call, Register register)
    {
        ArgumentNullException.ThrowIfNull(code);
        for (var k = call - 1; k >= 0 && call - k < Longest && code[k].FlowControl == FlowControl.Next; k--)
        {
            if (code[k].Op0Kind == OpKind.Register && code[k].Op0Register.GetFullRegister() == register)
                return code[k];
        }

        return null;
    }

    /// <summary>The constant that a register holds at a call; null when it is none.</summary>
    public static ulong? Constant(IReadOnlyList<Instruction> code, int call, Register register) =>
        LastWrite(code, call, register) is { Mnemonic: Mnemonic.Mov, Op1Kind: OpKind.Immediate32 } move ? move.Immediate32 : null;

    /// <summary>The link-time address that a register is loaded with at a call, relative to the code or as a constant; null when it is neither.</summary>
    public static ulong? Address(IReadOnlyList<Instruction> code, int call, Register register) =>
        LastWrite(code, call, register) is { Mnemonic: Mnemonic.Lea, IsIPRelativeMemoryOperand: true } lea ? lea.IPRelativeMemoryAddress : Constant(code, call, register);
}
