using Tracer.Bpf;
using Tracer.Linux;

namespace Tracer.Uprobes;

/// <summary>
/// A hardware watchpoint on one byte, in every thread of a process and those that they start: a program runs when the byte is read or written. x86 has no watchpoint for
/// reads alone (Intel SDM, 17.2.4). Needs Linux 5.13.
/// </summary>
internal sealed class ThreadWatch : IDisposable
{
    // PERF_TYPE_BREAKPOINT (include/uapi/linux/perf_event.h) and HW_BREAKPOINT_RW (include/uapi/linux/hw_breakpoint.h).
    private const uint Breakpoint = 5;
    private const uint ReadOrWrite = 3;

    // Threads that start meanwhile inherit from one that has the watchpoint already, or do not: it is begun anew.
    private const int MostTries = 100;

    private readonly List<OwnedDescriptor> _events = [];

    private ThreadWatch()
    {
    }

    /// <summary>Watches a byte.</summary>
    /// <exception cref="BpfException">
    /// ENOSPC: all of a processor's debug registers are in use; ESRCH: the process has exited; EACCES, EPERM: not permitted; EAGAIN: its threads changed all the time.
    /// </exception>
    public static ThreadWatch Attach(ISystemCallGate gate, int processId, ulong address, BpfProgram program)
    {
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            var watch = new ThreadWatch();
            try
            {
                if (watch.TryAttach(gate, processId, address, program))
                    return watch;
            }
            catch
            {
                watch.Dispose();
                throw;
            }

            watch.Dispose();
        }

        throw new BpfException($"watch 0x{address:x} in all threads of process {processId}", (int)Errno.EAGAIN);
    }

    public void Dispose()
    {
        foreach (var one in _events)
            one.Dispose();
        _events.Clear();
    }

    private bool TryAttach(ISystemCallGate gate, int processId, ulong address, BpfProgram program)
    {
        var what = $"watch 0x{address:x} in process {processId}";
        var processes = new ProcFs(gate);
        var attribute = new PerfEventAttribute(Breakpoint)
        {
            BreakpointType = ReadOrWrite,
            Config1 = address,
            Config2 = 1,
            SamplePeriod = 1,
            Flags = PerfEventFlags.Disabled | PerfEventFlags.Inherit | PerfEventFlags.InheritThread | PerfEventFlags.RemoveOnExec | PerfEventFlags.ExcludeKernel | PerfEventFlags.ExcludeHypervisor,
        };
        if (!processes.Tasks(processId).TryGet(out var threads, out var error))
            throw new BpfException(what, (int)error.Error);
        Perf.DescriptorRoom.Make(gate, threads.Count);
        foreach (var thread in threads)
        {
            if (!gate.PerfEventOpen(attribute, thread, -1, what).TryGet(out var opened, out error))
            {
                // It has exited.
                if (error.Error == Errno.ESRCH && thread != processId)
                    continue;
                throw new BpfException(what, (int)error.Error, "perf_event_open");
            }

            _events.Add(opened);
            Check(gate.PerfSetBpf(opened, program.Descriptor), what, "PERF_EVENT_IOC_SET_BPF");
        }

        if (!processes.Tasks(processId).TryGet(out var now, out error))
            throw new BpfException(what, (int)error.Error);
        if (now.Except(threads).Any())
            return false;
        foreach (var one in _events)
            Check(gate.PerfEnable(one), what, "PERF_EVENT_IOC_ENABLE");
        return true;
    }

    private static void Check(SystemCallResult result, string what, string call)
    {
        if (result.IsError)
            throw new BpfException(what, (int)result.Error, call);
    }
}
