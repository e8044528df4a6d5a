using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>Handlers of signals that are native code and know nothing of the runtime: managed code must not run in a signal's handler.</summary>
internal static unsafe partial class NativeHandler
{
    // glibc and musl, x86-64: struct sigaction is handler 8, mask 128, flags 4 (+4), restorer 8.
    private const int ActionSize = 152;
    private const int FlagsOffset = 136;

    /// <summary>SA_SIGINFO: the handler is told more than the signal's number.</summary>
    public const int WithInformation = 4;

    /// <summary>SA_ONSTACK.</summary>
    public const int OnAlternateStack = 0x08000000;

    /// <summary>SA_RESTART.</summary>
    public const int Restart = 0x10000000;

    /// <summary>The handler of a signal, 0 for the default and 1 for none; negative when there is no such signal.</summary>
    public static nint Of(int signal)
    {
        var old = stackalloc byte[ActionSize];
        return SetAction(signal, null, old) == 0 ? *(nint*)old : -1;
    }

    /// <summary>Sets the handler of a signal.</summary>
    public static bool Set(int signal, nint handler, int flags)
    {
        var action = stackalloc byte[ActionSize];
        new Span<byte>(action, ActionSize).Clear();
        *(nint*)action = handler;
        *(int*)(action + FlagsOffset) = flags;
        return SetAction(signal, action, null) == 0;
    }

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int SetAction(int signal, byte* action, byte* old);
}
