namespace Tracer.Bpf;

/// <summary>Opcode bits of include/uapi/linux/bpf_common.h and bpf.h that assembler and disassembler share.</summary>
internal static class BpfOpcode
{
    public const int ClassMask = 0x07;
    public const int ClassLd = 0x00;
    public const int ClassLdx = 0x01;
    public const int ClassSt = 0x02;
    public const int ClassStx = 0x03;
    public const int ClassAlu = 0x04;
    public const int ClassJmp = 0x05;
    public const int ClassJmp32 = 0x06;
    public const int ClassAlu64 = 0x07;

    public const int SourceRegister = 0x08;
    public const int OperationMask = 0xf0;
    public const int SizeMask = 0x18;
    public const int ModeMask = 0xe0;

    public const int ModeImmediate = 0x00;
    public const int ModeMemory = 0x60;
    public const int ModeMemorySigned = 0x80;
    public const int ModeAtomic = 0xc0;

    public const int Negate = 0x80;
    public const int Move = 0xb0;
    public const int End = 0xd0;

    public const int JumpAlways = 0x00;
    public const int Call = 0x80;
    public const int Exit = 0x90;
    public const int JumpConditional = 0xe0;

    public const int LoadImmediate64 = ClassLd | ModeImmediate | (int)BpfSize.Double;

    public const int PseudoMapDescriptor = 1;
    public const int PseudoMapValue = 2;
    public const int PseudoCall = 1;
    public const int PseudoKernelFunction = 2;
}
