using System.Buffers.Binary;
using Iced.Intel;
using Tracer.Linux;
using Tracer.Ptrace.Hits;

namespace Tracer.Ptrace.Breakpoints;

/// <summary>
/// Carries out the instructions that change only rip, rsp, rcx and a word of the stack, so that their thread needs no slot.
/// </summary>
internal sealed class Emulator
{
    private const ulong Carry = 1 << 0;
    private const ulong Parity = 1 << 2;
    private const ulong Zero = 1 << 6;
    private const ulong Sign = 1 << 7;
    private const ulong Overflow = 1 << 11;

    // Where the operands of the instruction under way are looked up.
    private UserRegisters _registers;
    private readonly VATryGetRegisterValue _lookUp;

    public Emulator() => _lookUp = TryGetRegisterValue;

    /// <summary>
    /// Carries the instruction out on <paramref name="registers"/>, whose rip is the instruction's address, and on memory. False, with nothing changed, when
    /// memory it needs is not there or the instruction wants a slot.
    /// </summary>
    public bool TryRun(DisplacedInstruction displaced, ref UserRegisters registers, TraceeMemory memory)
    {
        var instruction = displaced.Instruction;
        switch (displaced.Kind)
        {
            case DisplacementKind.Skip:
                registers.Rip = displaced.Next;
                return true;
            case DisplacementKind.Jump:
                registers.Rip = instruction.NearBranchTarget;
                return true;
            case DisplacementKind.ConditionalJump:
                registers.Rip = Holds(instruction.ConditionCode, registers.Eflags) ? instruction.NearBranchTarget : displaced.Next;
                return true;
            case DisplacementKind.CountedJump:
                registers.Rip = CountedJumpTaken(instruction, ref registers) ? instruction.NearBranchTarget : displaced.Next;
                return true;
            case DisplacementKind.Push:
                return Push(ref registers, Value(registers, instruction.Op0Register), displaced.Next, memory);
            case DisplacementKind.Call:
                return Push(ref registers, displaced.Next, instruction.NearBranchTarget, memory);
            case DisplacementKind.IndirectCall:
                return TryTarget(instruction, registers, memory, out var target) && Push(ref registers, displaced.Next, target, memory);
            case DisplacementKind.Return:
                if (!TryRead(memory, registers.Rsp, out var back)) return false;
                registers.Rip = back;
                registers.Rsp += 8;
                if (instruction.Code == Code.Retnq_imm16) registers.Rsp += instruction.Immediate16;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether a condition holds; Intel SDM volume 1, appendix B.</summary>
    public static bool Holds(ConditionCode condition, ulong flags)
    {
        var less = (flags & Sign) != 0 != ((flags & Overflow) != 0);
        return condition switch
        {
            ConditionCode.o => (flags & Overflow) != 0,
            ConditionCode.no => (flags & Overflow) == 0,
            ConditionCode.b => (flags & Carry) != 0,
            ConditionCode.ae => (flags & Carry) == 0,
            ConditionCode.e => (flags & Zero) != 0,
            ConditionCode.ne => (flags & Zero) == 0,
            ConditionCode.be => (flags & (Carry | Zero)) != 0,
            ConditionCode.a => (flags & (Carry | Zero)) == 0,
            ConditionCode.s => (flags & Sign) != 0,
            ConditionCode.ns => (flags & Sign) == 0,
            ConditionCode.p => (flags & Parity) != 0,
            ConditionCode.np => (flags & Parity) == 0,
            ConditionCode.l => less,
            ConditionCode.ge => !less,
            ConditionCode.le => less || (flags & Zero) != 0,
            ConditionCode.g => !less && (flags & Zero) == 0,
            _ => true,
        };
    }

    private bool TryGetRegisterValue(Register register, int elementIndex, int elementSize, out ulong value)
    {
        value = register switch
        {
            // Flat segments; only fs and gs have a base in 64-bit mode.
            Register.CS or Register.DS or Register.ES or Register.SS => 0,
            Register.FS => _registers.FsBase,
            Register.GS => _registers.GsBase,
            _ => Value(_registers, register.GetFullRegister()),
        };
        if (register.IsGPR32()) value = (uint)value;
        return true;
    }

    private static bool CountedJumpTaken(in Instruction instruction, ref UserRegisters registers)
    {
        var narrow = instruction.Code is Code.Loop_rel8_64_ECX or Code.Loope_rel8_64_ECX or Code.Loopne_rel8_64_ECX or Code.Jecxz_rel8_64;
        if (instruction.Code is Code.Jrcxz_rel8_64 or Code.Jecxz_rel8_64)
            return (narrow ? (uint)registers.Rcx : registers.Rcx) == 0;
        // A 32-bit result clears the upper half, as always in 64-bit mode.
        registers.Rcx = narrow ? (uint)registers.Rcx - 1 : registers.Rcx - 1;
        if (registers.Rcx == 0) return false;
        var zero = (registers.Eflags & Zero) != 0;
        return instruction.Mnemonic switch
        {
            Mnemonic.Loope => zero,
            Mnemonic.Loopne => !zero,
            _ => true,
        };
    }

    private bool TryTarget(in Instruction instruction, in UserRegisters registers, TraceeMemory memory, out ulong target)
    {
        if (instruction.Op0Kind == OpKind.Register)
        {
            target = Value(registers, instruction.Op0Register);
            return true;
        }

        _registers = registers;
        target = 0;
        return instruction.TryGetVirtualAddress(0, 0, out var address, _lookUp) && TryRead(memory, address, out target);
    }

    private static bool Push(ref UserRegisters registers, ulong value, ulong next, TraceeMemory memory)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        if (memory.Write(registers.Rsp - 8, bytes) != bytes.Length) return false;
        registers.Rsp -= 8;
        registers.Rip = next;
        return true;
    }

    private static bool TryRead(TraceeMemory memory, ulong address, out ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        var whole = memory.Read(address, bytes) == bytes.Length;
        value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return whole;
    }

    private static ulong Value(in UserRegisters registers, Register register) => register switch
    {
        Register.RAX => registers.Rax,
        Register.RCX => registers.Rcx,
        Register.RDX => registers.Rdx,
        Register.RBX => registers.Rbx,
        Register.RSP => registers.Rsp,
        Register.RBP => registers.Rbp,
        Register.RSI => registers.Rsi,
        Register.RDI => registers.Rdi,
        Register.R8 => registers.R8,
        Register.R9 => registers.R9,
        Register.R10 => registers.R10,
        Register.R11 => registers.R11,
        Register.R12 => registers.R12,
        Register.R13 => registers.R13,
        Register.R14 => registers.R14,
        Register.R15 => registers.R15,
        _ => 0,
    };
}
