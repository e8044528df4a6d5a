namespace Tracer.Linux;

/// <summary>Processes and threads through the gate: signals, identity, pid descriptors, CPU affinity.</summary>
public static unsafe class ProcessCalls
{
    /// <summary>kill(2). ESRCH when there is no such process.</summary>
    public static SystemCallResult Kill(this ISystemCallGate gate, int pid, Signal signal) => new(gate.Invoke(SystemCall.Kill, pid, (nint)signal));

    /// <summary>tgkill(2): a signal to one thread.</summary>
    public static SystemCallResult KillThread(this ISystemCallGate gate, int pid, int tid, Signal signal) =>
        new(gate.Invoke(SystemCall.TgKill, pid, tid, (nint)signal));

    /// <summary>pidfd_open(2), Linux 5.3: readable once the process has exited, and never mistaken for a later process with its number.</summary>
    public static KernelResult<OwnedDescriptor> OpenPid(this ISystemCallGate gate, int pid)
    {
        var result = new SystemCallResult(gate.Invoke(SystemCall.PidFdOpen, pid));
        return result.IsError ? new KernelError(result.Error, $"opening process {pid}") : new OwnedDescriptor(gate, (int)result.Raw, $"process {pid}");
    }

    /// <summary>pidfd_send_signal(2), Linux 5.1.</summary>
    public static SystemCallResult Kill(this ISystemCallGate gate, OwnedDescriptor process, Signal signal)
    {
        ArgumentNullException.ThrowIfNull(process);
        return new(gate.Invoke(SystemCall.PidFdSendSignal, process.Number, (nint)signal));
    }

    /// <summary>How long all threads of a process have run, in nanoseconds, those that have ended included. That of threads that run is up to a tick behind.</summary>
    public static KernelResult<long> ProcessorTime(this ISystemCallGate gate, int pid)
    {
        // CPUCLOCK_SCHED of a process: MAKE_PROCESS_CPUCLOCK in include/linux/posix-timers.h, since Linux 2.6.12. Anybody may read it.
        const int Scheduled = 2;
        var time = stackalloc long[2];
        var result = new SystemCallResult(gate.Invoke(SystemCall.ClockGetTime, (~pid << 3) | Scheduled, (nint)time));
        return result.IsError ? new KernelError(result.Error, $"reading the processor time of process {pid}") : (time[0] * 1_000_000_000) + time[1];
    }

    /// <summary>How many descriptors this process may have open (RLIMIT_NOFILE), and up to how many it may raise that itself.</summary>
    public static KernelResult<(ulong Soft, ulong Hard)> DescriptorLimit(this ISystemCallGate gate) => Limit(gate, OpenFiles, "open files");

    /// <summary>How many bytes of memory this process may lock (RLIMIT_MEMLOCK); all bits set: as many as it likes.</summary>
    public static KernelResult<(ulong Soft, ulong Hard)> LockedMemoryLimit(this ISystemCallGate gate) => Limit(gate, LockedMemory, "locked memory");

    /// <summary>Raises how many descriptors this process may have open, and with CAP_SYS_RESOURCE also beyond what it might by itself; EPERM without.</summary>
    public static SystemCallResult SetDescriptorLimit(this ISystemCallGate gate, ulong soft, ulong hard)
    {
        var limits = stackalloc ulong[2] { soft, hard };
        return new(gate.Invoke(SystemCall.PrLimit64, 0, OpenFiles, (nint)limits, 0));
    }

    // RLIMIT_NOFILE and RLIMIT_MEMLOCK, include/uapi/asm-generic/resource.h.
    private const int OpenFiles = 7;
    private const int LockedMemory = 8;

    /// <summary>Lets the calling thread run before all threads that are not of real time, and not those that it starts. EPERM without CAP_SYS_NICE.</summary>
    public static SystemCallResult RunFirst(this ISystemCallGate gate)
    {
        // SCHED_RR and SCHED_RESET_ON_FORK (include/uapi/linux/sched.h), at the lowest priority of real time.
        const int RoundRobin = 2;
        const int ResetOnFork = 0x40000000;
        var priority = 1;
        return new(gate.Invoke(SystemCall.SchedSetScheduler, 0, RoundRobin | ResetOnFork, (nint)(&priority)));
    }

    /// <summary>The calling thread's id.</summary>
    public static int ThreadId(this ISystemCallGate gate) => (int)gate.Invoke(SystemCall.GetTid);

    /// <summary>The effective user id.</summary>
    public static uint EffectiveUserId(this ISystemCallGate gate) => (uint)gate.Invoke(SystemCall.GetEUid);

    /// <summary>prctl(2).</summary>
    public static SystemCallResult ProcessControl(this ISystemCallGate gate, int option, nint a = 0, nint b = 0, nint c = 0, nint d = 0) =>
        new(gate.Invoke(SystemCall.PrCtl, option, a, b, c, d));

    /// <summary>The CPUs that thread <paramref name="tid"/> (zero: the caller) may run on.</summary>
    public static KernelResult<CpuSet> Affinity(this ISystemCallGate gate, int tid)
    {
        CpuSet set = default;
        var result = new SystemCallResult(gate.Invoke(SystemCall.SchedGetAffinity, tid, sizeof(CpuSet), (nint)(&set)));
        return result.IsError ? new KernelError(result.Error, $"reading the affinity of thread {tid}") : set;
    }

    /// <summary>Lets thread <paramref name="tid"/> (zero: the caller) run on these CPUs only. EINVAL when none of them exists.</summary>
    public static SystemCallResult SetAffinity(this ISystemCallGate gate, int tid, CpuSet cpus) =>
        new(gate.Invoke(SystemCall.SchedSetAffinity, tid, sizeof(CpuSet), (nint)(&cpus)));

    private static KernelResult<(ulong Soft, ulong Hard)> Limit(ISystemCallGate gate, int which, string what)
    {
        var limits = stackalloc ulong[2];
        var result = new SystemCallResult(gate.Invoke(SystemCall.PrLimit64, 0, which, 0, (nint)limits));
        return result.IsError ? new KernelError(result.Error, $"reading the limit of {what}") : (limits[0], limits[1]);
    }
}
