using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>
/// Real-time signals that nobody in this process has a use for. Handlers are native code that knows nothing of the runtime: managed code must not run in a signal's handler.
/// </summary>
internal static unsafe partial class FreeSignal
{
    // glibc and musl, x86-64: struct sigaction is handler 8, mask 128, flags 4 (+4), restorer 8.
    private const int ActionSize = 152;
    private const int FlagsOffset = 136;
    private const int OnAlternateStack = 0x08000000; // SA_ONSTACK
    private const int Restart = 0x10000000; // SA_RESTART

    // .NET uses SIGRTMIN (34) and glibc 32 and 33; libraries that use others begin at SIGRTMIN too.
    private const int Highest = 62;
    private const int Lowest = 40;

    /// <summary>Takes one for good: its default action, which ends the process, must never come back while one may be under way.</summary>
    /// <exception cref="KernelException">None is free.</exception>
    public static Signal Handle(nint handler, bool restart)
    {
        var old = stackalloc byte[ActionSize];
        var action = stackalloc byte[ActionSize];
        new Span<byte>(action, ActionSize).Clear();
        *(nint*)action = handler;
        *(int*)(action + FlagsOffset) = OnAlternateStack | (restart ? Restart : 0);
        for (var number = Highest; number >= Lowest; number--)
        {
            if (SetAction(number, null, old) != 0 || *(nint*)old != 0) continue;
            if (SetAction(number, action, null) == 0) return (Signal)number;
        }

        throw new KernelException("no real-time signal is free");
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int SetAction(int signal, byte* action, byte* old);
}
