using System.Buffers.Binary;
using Tracer.Core.Evaluation;
using Tracer.Elf;

namespace Tracer.Uprobes.Perf;

/// <summary>The user registers of a sample: which are asked for, and how they become a <see cref="RegisterSet"/>.</summary>
internal static class SampleRegisters
{
    /// <summary>
    /// sample_regs_user, by the numbers of arch/x86/include/uapi/asm/perf_regs.h: ax bx cx dx si di bp sp ip flags are 0 to 9, r8 to r15 are 16 to 23. The segment
    /// selectors 10 to 15 say nothing (of 64-bit tasks ds, es, fs and gs are refused); there is no number for segment bases, and xmm are for PEBS only.
    /// </summary>
    public const ulong Mask = 0x3ff | (0xffUL << 16);

    /// <summary>How many registers that is.</summary>
    public const int Count = 18;

    private static readonly X64Register[] Order =
    [
        X64Register.Rax, X64Register.Rbx, X64Register.Rcx, X64Register.Rdx, X64Register.Rsi, X64Register.Rdi, X64Register.Rbp, X64Register.Rsp, X64Register.Rip,
        X64Register.Rflags, X64Register.R8, X64Register.R9, X64Register.R10, X64Register.R11, X64Register.R12, X64Register.R13, X64Register.R14, X64Register.R15,
    ];

    /// <summary>Sets the registers from their <see cref="Count"/> words in a sample.</summary>
    public static void Fill(ref RegisterSet registers, ReadOnlySpan<byte> words)
    {
        for (var k = 0; k < Count; k++)
            registers[Order[k]] = BinaryPrimitives.ReadUInt64LittleEndian(words[(k * sizeof(ulong))..]);
        registers.LacksSegmentBases = true;
    }
}
