using Iced.Intel;
using Tracer.Elf;

namespace Tracer.Runtimes.Code;

/// <summary>Follows the result of a function back from where it returns: into rax it came from another register or from the function's frame, or was there already.</summary>
internal static class FunctionResults
{
    /// <summary>Where the result is before the instruction at <paramref name="from"/> runs; null when it is computed later, or in more than moves.</summary>
    /// <param name="code">Instructions in a straight line.</param>
    /// <param name="from">The first that is looked at.</param>
    /// <param name="ret">The one that returns.</param>
    /// <param name="infos">Tells what instructions write.</param>
    public static FunctionResult? Find(List<Instruction> code, int from, int ret, InstructionInfoFactory infos)
    {
        var register = Register.RAX;
        for (var k = ret - 1; k >= from; k--)
        {
            var instruction = code[k];
            if (!Writes(instruction, register, infos))
                continue;
            if (instruction.Mnemonic != Mnemonic.Mov || instruction.Op0Kind != OpKind.Register || instruction.Op0Register != register)
                return null;
            if (instruction is { Op1Kind: OpKind.Memory, MemoryBase: Register.RSP, MemoryIndex: Register.None })
                return InFrame(code, from, k, infos, (long)instruction.MemoryDisplacement64);
            if (instruction.Op1Kind != OpKind.Register)
                return null;
            register = instruction.Op1Register;
        }

        return GeneralRegister.Of(register) is { } found ? new FunctionResult(found) : null;
    }

    // A place in the frame that compiled code loads its result from is a variable's, which nothing but the function's own stores to it changes.
    private static FunctionResult? InFrame(List<Instruction> code, int from, int load, InstructionInfoFactory infos, long offset)
    {
        for (var k = load - 1; k >= from; k--)
        {
            if (!StackEffect.TryGet(code[k], infos, out var change) || (code[k] is { Op0Kind: OpKind.Memory, MemoryBase: Register.RSP } && change == 0))
                return null;
            offset += change;
        }

        return new FunctionResult(X64Register.Rsp, offset);
    }

    // Calls keep rbx, rbp and r12 to r15 (System V ABI for AMD64, 3.2.1).
    private static bool Writes(in Instruction instruction, Register register, InstructionInfoFactory infos)
    {
        if (instruction.FlowControl is FlowControl.Call or FlowControl.IndirectCall)
            return register is not (Register.RBX or Register.RBP or Register.R12 or Register.R13 or Register.R14 or Register.R15);
        foreach (var used in infos.GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Register.GetFullRegister() == register && used.Access is not (OpAccess.Read or OpAccess.CondRead or OpAccess.NoMemAccess))
                return true;
        }

        return false;
    }
}
