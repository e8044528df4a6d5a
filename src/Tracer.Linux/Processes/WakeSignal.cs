using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>
/// A signal whose only effect is that a blocked system call of the thread it is sent to returns EINTR. It is a real-time signal that
/// nobody in this process had a use for when it was first asked for, and it stays so: its handler is a pure function of libc.
/// A signal that comes just before the call blocks is lost: the sender repeats it until it sees an effect.
/// </summary>
public static class WakeSignal
{
    // int abs(int), called with the signal's number, changes nothing. No SA_RESTART, which is the point.
    private static readonly Lazy<Signal> Chosen =
        new(() => FreeSignal.Handle(NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abs"), restart: false));

    /// <summary>The signal's number. Throws <see cref="KernelException"/> when none is free.</summary>
    public static Signal Number => Chosen.Value;
}
