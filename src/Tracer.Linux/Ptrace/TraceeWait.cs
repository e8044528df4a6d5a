namespace Tracer.Linux;

/// <summary>waitid(2) as a tracer needs it: looks at what happened without taking it, and comes back when a signal interrupts it.</summary>
public static unsafe class TraceeWait
{
    // include/uapi/linux/wait.h
    private const int AnyId = 0;
    private const int NoHang = 1;
    private const int Stopped = 2;
    private const int Exited = 4;
    private const int NoWait = 0x01000000;

    // include/uapi/asm-generic/siginfo.h: CLD_EXITED, CLD_KILLED, CLD_DUMPED; any other code is a stop.
    private const int CodeExited = 1;
    private const int CodeKilled = 2;
    private const int CodeDumped = 3;

    /// <summary>
    /// Tells of a change of a tracee (or child) of the calling thread and leaves it to be told again: a stop until the tracee is resumed, an exit until
    /// <see cref="PtraceCalls.Wait"/> takes it. The id is zero when nothing had happened and <paramref name="block"/> is false. EINTR when a signal
    /// handler ran (see <see cref="WakeSignal"/>), ECHILD when there is nobody left.
    /// </summary>
    public static KernelResult<WaitResult> PeekTracee(this ISystemCallGate gate, bool block)
    {
        ArgumentNullException.ThrowIfNull(gate);
        // siginfo_t, union member _sigchld: pid at 16, uid at 20, status at 24.
        var information = stackalloc int[32];
        new Span<int>(information, 32).Clear();
        var options = Exited | Stopped | NoWait | (int)WaitOptions.All | (int)WaitOptions.ThisThread | (block ? 0 : NoHang);
        var result = new SystemCallResult(gate.Invoke(SystemCall.WaitId, AnyId, 0, (nint)information, options, 0));
        if (result.IsError) return new KernelError(result.Error, "waiting for a traced thread");
        if (information[4] == 0) return default(WaitResult);
        var status = information[2] switch
        {
            CodeExited => WaitStatus.Exited(information[6]),
            CodeKilled or CodeDumped => WaitStatus.Signaled((Signal)information[6]),
            _ => new WaitStatus((information[6] << 8) | 0x7F),
        };
        return new WaitResult(information[4], status);
    }
}
