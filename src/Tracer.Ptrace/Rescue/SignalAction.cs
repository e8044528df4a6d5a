using System.Buffers.Binary;

namespace Tracer.Ptrace.Rescue;

/// <summary>The kernel's struct sigaction of x86-64 (include/linux/signal_types.h): what a process does about a signal.</summary>
/// <param name="Handler">The handler; 0 is SIG_DFL, 1 SIG_IGN.</param>
/// <param name="Flags">SA_ flags.</param>
/// <param name="Restorer">What the handler returns to.</param>
/// <param name="Mask">The signals blocked while it runs.</param>
internal readonly record struct SignalAction(ulong Handler, ulong Flags, ulong Restorer, ulong Mask)
{
    public const int Size = 32;

    // include/uapi/asm-generic/signal-defs.h, arch/x86/include/uapi/asm/signal.h
    private const ulong WithInformation = 4;
    private const ulong HasRestorer = 0x0400_0000;
    private const ulong OnAlternateStack = 0x0800_0000;
    private const ulong RestartsCalls = 0x1000_0000;
    private const ulong IsReentrant = 0x4000_0000;

    /// <summary>Whether a handler runs.</summary>
    public bool IsHandled => Handler > 1;

    public static SignalAction Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Handler);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Restorer);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], Mask);
    }

    /// <summary>
    /// The action that runs our handler in this one's stead. A program's own handler finds what it asked for. SIGTRAP is not blocked in either: a breakpoint hit while
    /// it is blocked makes the kernel forget the handler (force_sig_info_to_task in kernel/signal.c).
    /// </summary>
    public SignalAction RunBy(ulong handler, ulong restorer)
    {
        if (!IsHandled) return new(handler, WithInformation | HasRestorer | OnAlternateStack | RestartsCalls | IsReentrant, restorer, 0);
        return new(handler, Flags | WithInformation | HasRestorer | IsReentrant, (Flags & HasRestorer) != 0 ? Restorer : restorer, Mask);
    }
}
