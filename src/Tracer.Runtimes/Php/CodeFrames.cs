using Iced.Intel;
using Tracer.Runtimes.Code;

namespace Tracer.Runtimes.Php;

/// <summary>
/// Where functions that handlers call begin a frame and then ask whether <c>zend_execute_ex</c> is execute_ex, to go on in it by themselves: files and texts (ZEND_INCLUDE_OR_EVAL), <c>__call</c> and
/// <c>__callStatic</c> (ZEND_CALL_TRAMPOLINE).
/// </summary>
/// <param name="Site">The jump behind that question.</param>
/// <param name="Frame">The register with the frame.</param>
internal sealed record CodeFrames(ulong Site, Register Frame)
{
    // From the store to the jump.
    private const int Near = 8;

    /// <summary>All of an opcode; empty when its handlers are not of that form.</summary>
    public static IReadOnlyList<CodeFrames> Find(VirtualMachine machine, PhpOpcode opcode, PhpLayout layout)
    {
        if (machine.FunctionsOf(opcode) is not { } functions)
            return [];
        CodeFrames[][] found = [.. functions.Distinct().Select(f => In(machine.Search.FunctionAt(f), layout).ToArray())];
        return found.Any(f => f.Length == 0) ? [] : [.. found.SelectMany(f => f)];
    }

    // EG(current_execute_data) = frame; ... if (zend_execute_ex == execute_ex)
    private static IEnumerable<CodeFrames> In(IReadOnlyList<Instruction> code, PhpLayout layout)
    {
        var facts = new InstructionFacts();
        for (var k = 0; k < code.Count; k++)
        {
            if (code[k] is not { Mnemonic: Mnemonic.Mov, Op0Kind: OpKind.Memory, Op1Kind: OpKind.Register, MemoryIndex: Register.None, MemorySize: MemorySize.UInt64 } store
                || store.MemoryDisplacement64 != (ulong)layout.CurrentFrame || GeneralRegister.Of(store.Op1Register) is null)
                continue;
            var isAsked = false;
            for (var next = k + 1; next < code.Count && next - k <= Near; next++)
            {
                var instruction = code[next];
                if (instruction.IsJccShortOrNear && isAsked)
                    yield return new CodeFrames(instruction.IP, store.Op1Register);
                // Observers are told in between, where there are some.
                var isCall = instruction.FlowControl == FlowControl.Call && IsPreserved(store.Op1Register);
                if ((instruction.FlowControl != FlowControl.Next && !isCall) || facts.Writes(instruction, store.Op1Register))
                    break;
                if (instruction.RflagsModified != RflagsBits.None)
                    isAsked = instruction is { Mnemonic: Mnemonic.Cmp } && Is64Bit(instruction);
            }
        }
    }

    // psABI x86-64: by functions that are called.
    private static bool IsPreserved(Register register) => register is Register.RBX or Register.RBP or (>= Register.R12 and <= Register.R15);

    private static bool Is64Bit(in Instruction instruction) => instruction.Code is Iced.Intel.Code.Cmp_rm64_r64 or Iced.Intel.Code.Cmp_r64_rm64;
}
