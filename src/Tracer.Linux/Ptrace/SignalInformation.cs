using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>The kernel's <c>siginfo_t</c> of x86-64, 128 bytes; of its union, the members that a tracer needs.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct SignalInformation
{
    [FieldOffset(0)]
    private readonly int _signal;
    [FieldOffset(4)]
    private readonly int _errno;
    [FieldOffset(8)]
    private int _code;
    [FieldOffset(16)]
    private readonly int _pid;
    [FieldOffset(16)]
    private ulong _address;
    [FieldOffset(20)]
    private readonly int _uid;
    [FieldOffset(24)]
    private ulong _second;

    /// <summary>The signal.</summary>
    public readonly Signal Signal => (Signal)_signal;

    /// <summary>Where it came from: zero for kill(2), 0x80 for an int3 (SI_KERNEL), 2 for a single step (TRAP_TRACE), 1 SEGV_MAPERR ...</summary>
    public readonly int Code => _code;

    /// <summary>The sender, when a process sent it.</summary>
    public readonly int SenderPid => _pid;

    /// <summary>The address of a fault (SIGSEGV, SIGBUS, SIGILL, SIGTRAP).</summary>
    public readonly ulong Address => _address;

    /// <summary>Makes it say something of the caller's own: a code that the kernel does not use, and two words, at 16 and 24.</summary>
    public void Mark(int code, ulong first, ulong second) => (_code, _address, _second) = (code, first, second);
}
