using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>
/// A signal whose only effect is that a blocked system call of the thread it is sent to returns EINTR. It is a real-time signal that
/// nobody in this process had a use for when it was first asked for, and it stays so: its handler is a pure function of libc.
/// A signal that comes just before the call blocks is lost: the sender repeats it until it sees an effect.
/// </summary>
public static unsafe partial class WakeSignal
{
    // glibc and musl, x86-64: struct sigaction is handler 8, mask 128, flags 4 (+4), restorer 8.
    private const int ActionSize = 152;
    private const int FlagsOffset = 136;
    private const int OnAlternateStack = 0x08000000; // SA_ONSTACK; no SA_RESTART, which is the point.

    // .NET uses SIGRTMIN (34) and glibc 32 and 33; libraries that use others begin at SIGRTMIN too.
    private const int Highest = 62;
    private const int Lowest = 40;

    private static readonly Lazy<Signal> Chosen = new(Install);

    /// <summary>The signal's number. Throws <see cref="KernelException"/> when none is free.</summary>
    public static Signal Number => Chosen.Value;

    private static Signal Install()
    {
        // int abs(int), called with the signal's number, changes nothing.
        var harmless = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abs");
        var old = stackalloc byte[ActionSize];
        var action = stackalloc byte[ActionSize];
        new Span<byte>(action, ActionSize).Clear();
        *(nint*)action = harmless;
        *(int*)(action + FlagsOffset) = OnAlternateStack;
        for (var number = Highest; number >= Lowest; number--)
        {
            if (SetAction(number, null, old) != 0 || *(nint*)old != 0) continue;
            if (SetAction(number, action, null) == 0) return (Signal)number;
        }

        throw new KernelException("no real-time signal is free to wake a thread with");
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int SetAction(int signal, byte* action, byte* old);
}
