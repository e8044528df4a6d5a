using Iced.Intel;

namespace Tracer.Runtimes.Code;

/// <summary>An instruction of a function, with the instructions around it.</summary>
/// <param name="Code">The function part's instructions in order of address.</param>
/// <param name="Index">The instruction's index among them.</param>
public readonly record struct CodePlace(IReadOnlyList<Instruction> Code, int Index)
{
    // Compilers load a register no farther from where it is used than the arguments of a call take.
    private const int Near = 16;

    /// <summary>The instruction.</summary>
    public Instruction Instruction => Code[Index];

    /// <summary>The address of the function part's first instruction.</summary>
    public ulong Function => Code[0].IP;

    /// <summary>The address that a near instruction before this one loads a register with; null when the last one that writes it does something else.</summary>
    /// <param name="register">The 64-bit register.</param>
    public ulong? AddressIn(Register register)
    {
        for (var k = Index - 1; k >= 0 && Index - k <= Near; k--)
        {
            var before = Code[k];
            if (before.OpCount == 0 || before.Op0Kind != OpKind.Register || before.Op0Register.GetFullRegister() != register
                || before.Mnemonic is Mnemonic.Cmp or Mnemonic.Test or Mnemonic.Push)
                continue;
            return before.Mnemonic switch
            {
                Mnemonic.Lea when before.IsIPRelativeMemoryOperand => before.IPRelativeMemoryAddress,
                Mnemonic.Mov when IsImmediate(before.Op1Kind) => before.GetImmediate(1),
                _ => null,
            };
        }

        return null;
    }

    /// <summary>Whether an instruction takes an address or compares with it.</summary>
    public static bool Uses(in Instruction instruction, ulong address)
    {
        if (instruction.IsIPRelativeMemoryOperand)
            return instruction.Mnemonic == Mnemonic.Lea && instruction.IPRelativeMemoryAddress == address;
        var last = instruction.OpCount - 1;
        return last > 0 && IsImmediate(instruction.GetOpKind(last)) && instruction.GetImmediate(last) == address;
    }

    private static bool IsImmediate(OpKind kind) => kind is OpKind.Immediate32 or OpKind.Immediate64 or OpKind.Immediate32to64;
}
