using Iced.Intel;

namespace Tracer.Runtimes.Code;

/// <summary>What is asked of single instructions where a site is chosen. Not safe for concurrent use.</summary>
internal sealed class InstructionFacts
{
    private readonly InstructionInfoFactory _infos = new();

    /// <summary>
    /// Whether kernel 6.18 emulates the instruction instead of single-stepping it, which costs ten times as much: arch/x86/kernel/uprobes.c, branch_setup_insn and push_setup_insn.
    /// </summary>
    public static bool IsEmulated(in Instruction instruction) => instruction.FlowControl is FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch
        ? instruction.IsJccShortOrNear || instruction.IsJmpShortOrNear
        : instruction.Code is Iced.Intel.Code.Call_rel32_64 or Iced.Intel.Code.Push_r64;

    /// <summary>Whether the instruction may change a 64-bit register, or a part of it.</summary>
    public bool Writes(in Instruction instruction, Register register)
    {
        foreach (var used in _infos.GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Register.GetFullRegister() == register && used.Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite)
                return true;
        }

        return false;
    }
}
