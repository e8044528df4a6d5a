using System.Buffers.Binary;
using Tracer.Core.Targets;
using Tracer.Elf;

namespace Tracer.Core.Stacks;

/// <summary>Recognises the code a signal handler returns to where it has no call frame information (musl, static programs), and undoes the signal.</summary>
internal static class SignalTrampoline
{
    // mov $__NR_rt_sigreturn, %rax; syscall, as glibc and musl write it.
    private static ReadOnlySpan<byte> Glibc => [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05];

    private static ReadOnlySpan<byte> Musl => [0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05];

    // struct ucontext (include/uapi/asm-generic/ucontext.h): flags, link and stack before the registers of struct sigcontext_64
    // (arch/x86/include/uapi/asm/sigcontext.h), which are in this order.
    private const int RegistersOffset = 40;

    private static ReadOnlySpan<byte> Order =>
    [
        (byte)X64Register.R8, (byte)X64Register.R9, (byte)X64Register.R10, (byte)X64Register.R11, (byte)X64Register.R12, (byte)X64Register.R13,
        (byte)X64Register.R14, (byte)X64Register.R15, (byte)X64Register.Rdi, (byte)X64Register.Rsi, (byte)X64Register.Rbp, (byte)X64Register.Rbx,
        (byte)X64Register.Rdx, (byte)X64Register.Rax, (byte)X64Register.Rcx, (byte)X64Register.Rsp, (byte)X64Register.Rip,
    ];

    /// <summary>Whether the code at an address is such a trampoline.</summary>
    public static bool IsAt(ulong address, ITargetMemory memory)
    {
        Span<byte> code = stackalloc byte[Glibc.Length];
        code = code[..Math.Clamp(memory.Read(address, code), 0, code.Length)];
        return code.StartsWith(Glibc) || code.StartsWith(Musl);
    }

    /// <summary>Reads the registers of the interrupted frame; the stack pointer is at the struct ucontext.</summary>
    public static bool TryUndo(in FrameRegisters frame, ITargetMemory memory, out FrameRegisters interrupted)
    {
        interrupted = frame;
        Span<byte> saved = stackalloc byte[Order.Length * sizeof(ulong)];
        if (memory.Read(unchecked(frame.Sp + RegistersOffset), saved) != saved.Length)
            return false;
        for (var i = 0; i < Order.Length; i++)
            interrupted[Order[i]] = BinaryPrimitives.ReadUInt64LittleEndian(saved[(i * sizeof(ulong))..]);
        return true;
    }
}
