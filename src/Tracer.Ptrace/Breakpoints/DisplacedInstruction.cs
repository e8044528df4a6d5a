using System.Diagnostics.CodeAnalysis;
using Iced.Intel;

namespace Tracer.Ptrace.Breakpoints;

/// <summary>An instruction under a breakpoint, decoded once at attach: how it is carried out, and, when it needs one, the code of its slot.</summary>
internal sealed class DisplacedInstruction
{
    /// <summary>The longest x86 instruction: Intel SDM volume 2, 2.3.11.</summary>
    public const int MaximumLength = 15;

    private DisplacedInstruction(in Instruction instruction, DisplacementKind kind)
    {
        Instruction = instruction;
        Kind = kind;
    }

    public Instruction Instruction { get; }

    public DisplacementKind Kind { get; }

    public ulong Address => Instruction.IP;

    public int Length => Instruction.Length;

    public ulong Next => Instruction.NextIP;

    /// <summary>
    /// Whether it should have a slot: those that only a slot can carry out, and those whose memory access may fault or make the stack grow, which only the
    /// processor does right.
    /// </summary>
    public bool WantsSlot => Kind is DisplacementKind.Slot or DisplacementKind.Push or DisplacementKind.Return;

    /// <summary>Whether it cannot do without a slot.</summary>
    public bool NeedsSlot => Kind == DisplacementKind.Slot;

    /// <summary>Whether the processor would also push to or pop from the shadow stack, which nobody else can.</summary>
    public bool TouchesShadowStack => Kind is DisplacementKind.Call or DisplacementKind.IndirectCall or DisplacementKind.Return;

    /// <summary>Whether it is a system call, which the kernel may run again by going back to its first byte.</summary>
    public bool IsSystemCall => Instruction.Mnemonic == Mnemonic.Syscall;

    /// <summary>Decodes; false with the reason, one clause, when it cannot carry a breakpoint.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> bytes, ulong address, [NotNullWhen(true)] out DisplacedInstruction? displaced, [NotNullWhen(false)] out string? reason)
    {
        displaced = null;
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes.ToArray()), address);
        decoder.Decode(out var instruction);
        if (instruction.IsInvalid)
        {
            reason = "its bytes are no instruction";
            return false;
        }

        reason = instruction.Mnemonic switch
        {
            Mnemonic.Int3 => "another tracer's breakpoint is there already",
            Mnemonic.Int or Mnemonic.Int1 or Mnemonic.Into or Mnemonic.Ud0 or Mnemonic.Ud1 or Mnemonic.Ud2 or Mnemonic.Hlt or Mnemonic.Sysenter =>
                "an instruction that traps cannot carry a breakpoint",
            Mnemonic.Xbegin => "the start of a hardware transaction cannot carry a breakpoint",
            _ when instruction.IsCallFar || instruction.IsCallFarIndirect => "a far call cannot carry a breakpoint",
            _ => null,
        };
        if (reason is not null) return false;
        displaced = new DisplacedInstruction(instruction, KindOf(instruction));
        return true;
    }

    /// <summary>
    /// The code of the slot at <paramref name="slotAddress"/>: the instruction, re-encoded for its new place, and a jump back. Null when its operand or the way
    /// back is out of reach from there. <paramref name="copyLength"/> is the length of the instruction's copy.
    /// </summary>
    public byte[]? EncodeSlot(ulong slotAddress, out int copyLength)
    {
        copyLength = 0;
        var writer = new ByteWriter();
        Instruction[] code = [Instruction, Instruction.CreateBranch(Code.Jmp_rel32_64, Next)];
        var block = new InstructionBlock(writer, code, slotAddress);
        if (!BlockEncoder.TryEncode(64, block, out _, out var result, BlockEncoderOptions.ReturnNewInstructionOffsets)) return null;
        var offsets = result.NewInstructionOffsets;
        // An offset of all ones: the encoder replaced the instruction by several, and a thread stopped between them could not be brought back.
        if (offsets[0] != 0 || offsets[1] == uint.MaxValue) return null;
        copyLength = (int)offsets[1];
        return writer.ToArray();
    }

    private static DisplacementKind KindOf(in Instruction instruction)
    {
        if (instruction.Mnemonic is Mnemonic.Nop or Mnemonic.Endbr64 or Mnemonic.Endbr32 or Mnemonic.Reservednop) return DisplacementKind.Skip;
        if (instruction.IsJmpShortOrNear && instruction.Code is Code.Jmp_rel8_64 or Code.Jmp_rel32_64) return DisplacementKind.Jump;
        if (instruction.IsJccShortOrNear && instruction.NearBranchTarget > ushort.MaxValue) return DisplacementKind.ConditionalJump;
        return instruction.Code switch
        {
            Code.Call_rel32_64 => DisplacementKind.Call,
            Code.Call_rm64 => DisplacementKind.IndirectCall,
            Code.Retnq or Code.Retnq_imm16 => DisplacementKind.Return,
            Code.Push_r64 => DisplacementKind.Push,
            Code.Loop_rel8_64_RCX or Code.Loop_rel8_64_ECX or Code.Loope_rel8_64_RCX or Code.Loope_rel8_64_ECX
                or Code.Loopne_rel8_64_RCX or Code.Loopne_rel8_64_ECX or Code.Jrcxz_rel8_64 or Code.Jecxz_rel8_64 => DisplacementKind.CountedJump,
            _ => DisplacementKind.Slot,
        };
    }

    private sealed class ByteWriter : CodeWriter
    {
        private readonly List<byte> _bytes = [];

        public override void WriteByte(byte value) => _bytes.Add(value);

        public byte[] ToArray() => [.. _bytes];
    }
}
