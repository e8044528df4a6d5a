using System.Text;

namespace Tracer.Linux;

/// <summary>perf_event_open(2) and its ioctls through the gate.</summary>
public static unsafe class PerfCalls
{
    // include/uapi/linux/perf_event.h: _IO('$', 0) and so on; SET_BPF is _IOW('$', 8, __u32).
    private const int IocEnable = 0x2400;
    private const int IocDisable = 0x2401;
    private const int IocSetOutput = 0x2405;
    private const int IocSetBpf = 0x40042408;

    private const int FlagCloseOnExec = 8;

    /// <summary>
    /// Opens an event. <paramref name="pid"/> -1 is every process and then needs a CPU; <paramref name="cpu"/> -1 is every CPU and then needs a process.
    /// EACCES and EPERM: perf_event_paranoid or a missing capability; ESRCH no such process; EINVAL attributes or offset refused.
    /// </summary>
    public static KernelResult<OwnedDescriptor> PerfEventOpen(
        this ISystemCallGate gate, in PerfEventAttribute attribute, int pid, int cpu, string purpose, int group = -1)
    {
        SystemCallResult result;
        fixed (PerfEventAttribute* bytes = &attribute)
            result = new(gate.Invoke(SystemCall.PerfEventOpen, (nint)bytes, pid, cpu, group, FlagCloseOnExec));
        return result.IsError ? new KernelError(result.Error, $"opening {purpose}") : new OwnedDescriptor(gate, (int)result.Raw, purpose);
    }

    /// <summary>
    /// Opens a uprobe on <paramref name="path"/> at file offset <paramref name="offset"/>, disabled; <paramref name="attribute"/> may carry sampling
    /// settings, its type and configs are set here. <paramref name="semaphoreOffset"/> is the file offset of a 16-bit counter that the kernel raises
    /// while the probe lives (Linux 4.20), or zero. Closing costs tens of milliseconds each.
    /// </summary>
    public static KernelResult<OwnedDescriptor> PerfUprobeOpen(
        this ISystemCallGate gate,
        UprobePmu pmu,
        PerfEventAttribute attribute,
        string path,
        ulong offset,
        uint semaphoreOffset,
        bool atReturn,
        int pid,
        int cpu)
    {
        ArgumentNullException.ThrowIfNull(pmu);
        ArgumentNullException.ThrowIfNull(path);
        var name = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, name);
        fixed (byte* address = name)
        {
            attribute.Type = pmu.Type;
            attribute.Size = PerfEventAttribute.StructureSize;
            attribute.Config = (atReturn ? 1UL << pmu.ReturnBit : 0) | ((ulong)semaphoreOffset << pmu.SemaphoreShift);
            attribute.Config1 = (ulong)address;
            attribute.Config2 = offset;
            attribute.Flags |= PerfEventFlags.Disabled;
            return gate.PerfEventOpen(attribute, pid, cpu, $"{(atReturn ? "uretprobe" : "uprobe")} on {path}+0x{offset:x}");
        }
    }

    /// <summary>PERF_EVENT_IOC_ENABLE.</summary>
    public static SystemCallResult PerfEnable(this ISystemCallGate gate, OwnedDescriptor perfEvent) => Control(gate, perfEvent, IocEnable, 0);

    /// <summary>PERF_EVENT_IOC_DISABLE.</summary>
    public static SystemCallResult PerfDisable(this ISystemCallGate gate, OwnedDescriptor perfEvent) => Control(gate, perfEvent, IocDisable, 0);

    /// <summary>PERF_EVENT_IOC_SET_BPF: run this program at every hit. EEXIST when the event has one already.</summary>
    public static SystemCallResult PerfSetBpf(this ISystemCallGate gate, OwnedDescriptor perfEvent, int program) => Control(gate, perfEvent, IocSetBpf, program);

    /// <summary>PERF_EVENT_IOC_SET_OUTPUT: share another event's ring; both must be of the same CPU.</summary>
    public static SystemCallResult PerfSetOutput(this ISystemCallGate gate, OwnedDescriptor perfEvent, OwnedDescriptor ringOwner)
    {
        ArgumentNullException.ThrowIfNull(ringOwner);
        return Control(gate, perfEvent, IocSetOutput, ringOwner.Number);
    }

    /// <summary>Reads the event's numbers in the order of perf_event_open(2): its count, then what read_format asks for.</summary>
    public static SystemCallResult PerfRead(this ISystemCallGate gate, OwnedDescriptor perfEvent, Span<ulong> numbers) =>
        gate.Read(perfEvent, System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers));

    private static SystemCallResult Control(ISystemCallGate gate, OwnedDescriptor file, int request, nint argument)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(gate.Invoke(SystemCall.IoCtl, file.Number, request, argument));
    }
}
