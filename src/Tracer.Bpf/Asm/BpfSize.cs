namespace Tracer.Bpf;

/// <summary>Width of a memory access; the values are the size bits of load and store opcodes (BPF_B, BPF_H, BPF_W, BPF_DW).</summary>
public enum BpfSize : byte
{
    /// <summary>Four bytes.</summary>
    Word = 0x00,

    /// <summary>Two bytes.</summary>
    Half = 0x08,

    /// <summary>One byte.</summary>
    Byte = 0x10,

    /// <summary>Eight bytes.</summary>
    Double = 0x18,
}
