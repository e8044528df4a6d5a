using System.Runtime.InteropServices;

namespace Tracer.Linux;

/// <summary>
/// The kernel's <c>struct perf_event_attr</c> (include/uapi/linux/perf_event.h), 128 bytes (PERF_ATTR_SIZE_VER7). Older kernels take it
/// as long as what they do not know is zero, and answer E2BIG otherwise.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct PerfEventAttribute
{
    /// <summary>The structure's size in bytes.</summary>
    public const int StructureSize = 128;

    /// <summary>The PMU: PERF_TYPE_SOFTWARE is 1, PERF_TYPE_TRACEPOINT 2; uprobes have one from sysfs (<see cref="UprobePmu"/>).</summary>
    public uint Type;

    /// <summary>The structure's size, which tells the kernel its version.</summary>
    public uint Size;

    /// <summary>config: depends on the PMU.</summary>
    public ulong Config;

    /// <summary>sample_period, or sample_freq with <see cref="PerfEventFlags.Frequency"/>.</summary>
    public ulong SamplePeriod;

    /// <summary>What a sample holds.</summary>
    public PerfSampleFields SampleType;

    /// <summary>read_format: PERF_FORMAT_ bits.</summary>
    public ulong ReadFormat;

    /// <summary>The bit field of the C structure.</summary>
    public PerfEventFlags Flags;

    /// <summary>wakeup_events, or wakeup_watermark in bytes with <see cref="PerfEventFlags.Watermark"/>.</summary>
    public uint WakeupEvents;

    /// <summary>bp_type.</summary>
    public uint BreakpointType;

    /// <summary>config1; for uprobes the address of the file's path, NUL-terminated, needed during the open call only.</summary>
    public ulong Config1;

    /// <summary>config2; for uprobes the offset in the file.</summary>
    public ulong Config2;

    /// <summary>branch_sample_type.</summary>
    public ulong BranchSampleType;

    /// <summary>sample_regs_user: a mask of PERF_REG_X86_ numbers.</summary>
    public ulong SampleRegistersUser;

    /// <summary>sample_stack_user: bytes of user stack in a sample, a multiple of 8.</summary>
    public uint SampleStackUser;

    /// <summary>clockid, with <see cref="PerfEventFlags.UseClockId"/>: 1 is CLOCK_MONOTONIC.</summary>
    public int ClockId;

    /// <summary>sample_regs_intr.</summary>
    public ulong SampleRegistersInterrupt;

    /// <summary>aux_watermark.</summary>
    public uint AuxWatermark;

    /// <summary>sample_max_stack.</summary>
    public ushort SampleMaximumStack;

    private readonly ushort _reserved2;

    /// <summary>aux_sample_size.</summary>
    public uint AuxSampleSize;

    private readonly uint _auxAction;

    /// <summary>sig_data.</summary>
    public ulong SignalData;

    /// <summary>An attribute of the PMU <paramref name="type"/>, all else zero.</summary>
    public PerfEventAttribute(uint type)
    {
        Type = type;
        Size = StructureSize;
    }
}
