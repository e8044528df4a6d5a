using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>This process's program.</summary>
public static unsafe partial class ProgramImage
{
    private const int SigPipe = 13;
    private const int SetMask = 2; // SIG_SETMASK
    private const int SignalSetSize = 128;

    /// <summary>
    /// execve(2): executes another program in this process, with the signals as a login shell would have them. Returns only when that failed. To be called
    /// from the first thread by who is traced: the kernel ends all others.
    /// </summary>
    public static KernelError Replace(string path, IReadOnlyList<string> argv, IReadOnlyList<string> environment)
    {
        // .NET ignores SIGPIPE, and what is ignored stays so across exec; its handlers do not.
        Default(SigPipe, 0);
        var none = stackalloc byte[SignalSetSize];
        new Span<byte>(none, SignalSetSize).Clear();
        _ = ChangeMask(SetMask, none, null);
        using var strings = new NativeStrings();
        _ = Execute(strings.Add(path), strings.AddArray(argv), strings.AddArray(environment));
        return new KernelError((Errno)Marshal.GetLastPInvokeError(), $"executing {path}");
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Default(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int ChangeMask(int how, byte* set, byte* old);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    private static partial int Execute(byte* path, byte** argv, byte** environment);
}
