using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>Signals that this process is to ignore from now on, for the program that must outlast those who send them.</summary>
public static partial class IgnoredSignals
{
    private const nint Ignore = 1; // SIG_IGN

    /// <summary>Ignores these; SIGKILL and SIGSTOP stay what they are.</summary>
    public static void Add(params ReadOnlySpan<Signal> signals)
    {
        foreach (var signal in signals) _ = SetHandler((int)signal, Ignore);
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
