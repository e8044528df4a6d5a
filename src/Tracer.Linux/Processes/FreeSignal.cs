namespace Tracer.Linux;

/// <summary>Real-time signals that nobody in this process has a use for.</summary>
internal static class FreeSignal
{
    // .NET uses SIGRTMIN (34) and glibc 32 and 33; libraries that use others begin at SIGRTMIN too.
    private const int Highest = 62;
    private const int Lowest = 40;

    /// <summary>Takes one for good: its default action, which ends the process, must never come back while one may be under way.</summary>
    /// <exception cref="KernelException">None is free.</exception>
    public static Signal Handle(nint handler, bool restart)
    {
        for (var number = Highest; number >= Lowest; number--)
        {
            if (NativeHandler.Of(number) == 0 && NativeHandler.Set(number, handler, NativeHandler.OnAlternateStack | (restart ? NativeHandler.Restart : 0)))
                return (Signal)number;
        }

        throw new KernelException("no real-time signal is free");
    }
}
