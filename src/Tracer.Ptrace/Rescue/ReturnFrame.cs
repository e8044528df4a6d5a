using System.Buffers.Binary;
using Tracer.Linux;

namespace Tracer.Ptrace.Rescue;

/// <summary>
/// The kernel's frame of a signal handler (arch/x86/include/asm/sigframe.h, struct rt_sigframe; arch/x86/include/uapi/asm/sigcontext.h) with a thread's registers in it. A
/// thread that we have make a system call finds rt_sigreturn behind it, and in this frame all that it was: killed at any moment, we leave it to go on by itself.
/// </summary>
internal static class ReturnFrame
{
    /// <summary>The frame's stack pointer when rt_sigreturn is called, from the frame's beginning: behind the return address.</summary>
    public const int StackOffset = 8;

    // struct ucontext behind the return address: flags, link, stack (24), sigcontext (256), mask.
    private const int Context = 8;
    private const int AlternateStackFlags = Context + 16 + 8;
    private const uint NoSuchMode = 0x5354;
    private const int Registers = Context + 40;
    private const int FloatingPoint = Registers + 184;
    private const int SignalMask = Registers + 256;
    private const int Head = SignalMask + 8;

    // XRSTOR wants it aligned.
    private const int Alignment = 64;

    // Of the XSAVE area: the legacy part, then its header, in whose place in the legacy part the kernel keeps what is saved.
    private const int LegacyLength = 512;
    private const int SoftwareBytes = 464;
    private const int HeaderLength = 64;
    private const int VectorsLength = 256; // the upper halves of ymm
    private const ulong UpToVectors = 7; // x87, SSE, AVX

    private const uint FirstMagic = 0x46505853; // FP_XSTATE_MAGIC1
    private const uint SecondMagic = 0x46505845; // FP_XSTATE_MAGIC2

    /// <summary>
    /// Makes the frame for <paramref name="address"/>, at most <paramref name="room"/> bytes; null when it has no room or the thread is gone. Where there is room for
    /// ymm only, zmm are left out when the thread does not use them.
    /// </summary>
    public static byte[]? Make(ISystemCallGate gate, int tid, in UserRegisters registers, ulong address, int room)
    {
        var state = new byte[32 << 10];
        var got = gate.PtraceGetExtendedState(tid, state);
        if (got.IsError || got.Count < LegacyLength + HeaderLength || gate.PtraceGetSignalMask(tid, out var mask).IsError) return null;
        // The first software word is XCR0: what this kernel has in the area. What is in use tells the header's first word.
        var features = BinaryPrimitives.ReadUInt64LittleEndian(state.AsSpan(SoftwareBytes));
        var used = BinaryPrimitives.ReadUInt64LittleEndian(state.AsSpan(LegacyLength));
        var length = got.Count;
        if ((used & ~UpToVectors) == 0 && (features & UpToVectors) == UpToVectors && length >= LegacyLength + HeaderLength + VectorsLength)
            (features, length) = (UpToVectors, LegacyLength + HeaderLength + VectorsLength);
        var at = (int)(((address + Head + Alignment - 1) & ~(ulong)(Alignment - 1)) - address);
        var total = at + length + sizeof(uint);
        if (total > room) return null;
        var frame = new byte[total];
        state.AsSpan(0, length).CopyTo(frame.AsSpan(at));
        var software = frame.AsSpan(at + SoftwareBytes, 48);
        software.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(software, FirstMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(software[4..], (uint)length + sizeof(uint));
        BinaryPrimitives.WriteUInt64LittleEndian(software[8..], features);
        BinaryPrimitives.WriteUInt32LittleEndian(software[16..], (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(at + length), SecondMagic);

        // UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(Context), 7);
        // No such mode: the kernel leaves the alternate stack as it is (kernel/signal.c, restore_altstack).
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(AlternateStackFlags), NoSuchMode);
        WriteRegisters(frame.AsSpan(Registers), Restarted(registers));
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(FloatingPoint), address + (ulong)at);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(SignalMask), mask);
        return frame;
    }

    /// <summary>
    /// Whether memory is unused but for, perhaps, a frame of ours at its beginning, which a killed tracer has left: known by its mark for the alternate stack, which no
    /// kernel writes.
    /// </summary>
    public static bool IsFree(ReadOnlySpan<byte> memory, ulong address)
    {
        if (memory.Length > Head && BinaryPrimitives.ReadUInt32LittleEndian(memory[AlternateStackFlags..]) == NoSuchMode)
        {
            var at = BinaryPrimitives.ReadUInt64LittleEndian(memory[FloatingPoint..]) - address;
            if (at < (ulong)(memory.Length - LegacyLength))
            {
                var length = BinaryPrimitives.ReadUInt32LittleEndian(memory[((int)at + SoftwareBytes + 16)..]);
                memory = memory[(int)Math.Min((ulong)memory.Length, at + length + sizeof(uint))..];
            }
        }

        return !memory.ContainsAnyExcept((byte)0);
    }

    /// <summary>Whether a word on a stack is the return address, or the saved rip, of a whole signal frame.</summary>
    public static bool IsAt(ProcessMemory memory, ulong word)
    {
        const ulong RipFromContext = 40 + 128; // gregs[REG_RIP]
        const ulong Farthest = 64 << 10;
        Span<byte> bytes = stackalloc byte[8];
        foreach (var frame in (ReadOnlySpan<ulong>)[word, word - RipFromContext - Context])
        {
            if (memory.Read(frame + FloatingPoint, bytes).Count != bytes.Length) continue;
            var state = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            if (state - frame > Farthest || memory.Read(state + SoftwareBytes, bytes).Count != bytes.Length) continue;
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) == FirstMagic) return true;
        }

        return false;
    }

    private static void WriteRegisters(Span<byte> to, in UserRegisters r)
    {
        ReadOnlySpan<ulong> words =
        [
            r.R8, r.R9, r.R10, r.R11, r.R12, r.R13, r.R14, r.R15, r.Rdi, r.Rsi, r.Rbp, r.Rbx, r.Rdx, r.Rax, r.Rcx, r.Rsp, r.Rip, r.Eflags,
            (r.Cs & 0xFFFF) | (r.Ss << 48),
        ];
        for (var k = 0; k < words.Length; k++) BinaryPrimitives.WriteUInt64LittleEndian(to[(k * 8)..], words[k]);
    }

    /// <summary>
    /// The registers of a thread as the kernel would have it go on with a call that it was interrupted in (arch/x86/kernel/signal.c): ERESTARTSYS to ERESTART_RESTARTBLOCK are
    /// 512 to 516. The last, a call with a time, begins its time anew.
    /// </summary>
    public static UserRegisters Restarted(UserRegisters registers)
    {
        if ((long)registers.OrigRax < 0 || (long)registers.Rax is > -512 or < -516 or -515) return registers;
        (registers.Rax, registers.OrigRax) = (registers.OrigRax, ulong.MaxValue);
        registers.Rip -= 2;
        return registers;
    }
}
