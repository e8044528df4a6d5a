using System.Runtime.InteropServices;

namespace Tracer.Bpf;

/// <summary>
/// One eBPF instruction slot, in the kernel's own layout (struct bpf_insn, include/uapi/linux/bpf.h): eight bytes, little-endian.
/// A 64-bit immediate load takes two slots.
/// </summary>
/// <param name="Opcode">Class, source flag and operation (or size and mode).</param>
/// <param name="Registers">Destination register in bits 0-3, source register (or pseudo source) in bits 4-7.</param>
/// <param name="Offset">Memory offset in bytes, or jump distance in slots from the next slot.</param>
/// <param name="Immediate">Immediate operand, helper id, atomic operation or half of a 64-bit constant.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = 8)]
public readonly record struct BpfInstruction(byte Opcode, byte Registers, short Offset, int Immediate)
{
    /// <summary>Size of one slot in bytes.</summary>
    public const int Size = 8;

    /// <summary>Makes a slot from its fields; <paramref name="source"/> may be a pseudo source (0-15).</summary>
    public BpfInstruction(int opcode, BpfRegister destination, int source, int offset, int immediate)
        : this((byte)opcode, (byte)((int)destination | (source << 4)), checked((short)offset), immediate)
    {
    }

    /// <summary>Destination register number (0-15; valid programs use 0-10).</summary>
    public int Destination => Registers & 15;

    /// <summary>Source register number, or the pseudo source of a call or 64-bit load (0-15).</summary>
    public int Source => Registers >> 4;

    /// <summary>Whether it calls that helper.</summary>
    public bool IsCallOf(BpfHelper helper) => Opcode == (BpfOpcode.ClassJmp | BpfOpcode.Call) && Source == 0 && Immediate == (int)helper;

    /// <summary>The slot's text, as <see cref="BpfDisassembler"/> prints it without its neighbours.</summary>
    public override string ToString() => BpfDisassembler.Format(this, default);
}
