using Iced.Intel;

namespace Tracer.Runtimes.Code;

/// <summary>What instructions do to rsp, for the few forms that prologues and epilogues are made of.</summary>
internal static class StackEffect
{
    /// <summary>The change of rsp, in bytes, by an instruction after which the next one runs; false when it is not known or control goes elsewhere.</summary>
    public static bool TryGet(in Instruction instruction, InstructionInfoFactory infos, out long change)
    {
        change = 0;
        if (instruction.FlowControl != FlowControl.Next)
            return false;
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Pop when instruction.Op0Kind == OpKind.Register && instruction.Op0Register != Register.RSP:
            case Mnemonic.Push:
                change = instruction.StackPointerIncrement;
                return true;
            case Mnemonic.Add when IsRspByConstant(instruction):
                change = (long)instruction.GetImmediate(1);
                return true;
            case Mnemonic.Sub when IsRspByConstant(instruction):
                change = -(long)instruction.GetImmediate(1);
                return true;
            case Mnemonic.Lea when instruction is { Op0Register: Register.RSP, MemoryBase: Register.RSP, MemoryIndex: Register.None }:
                change = (long)instruction.MemoryDisplacement64;
                return true;
        }

        foreach (var used in infos.GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Register.GetFullRegister() == Register.RSP && used.Access is not (OpAccess.Read or OpAccess.CondRead or OpAccess.NoMemAccess))
                return false;
        }

        return true;
    }

    private static bool IsRspByConstant(in Instruction instruction) =>
        instruction.Op0Kind == OpKind.Register && instruction.Op0Register == Register.RSP && instruction.Op1Kind is OpKind.Immediate8to64 or OpKind.Immediate32to64;
}
