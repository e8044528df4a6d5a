using System.Runtime.InteropServices;

namespace Tracer.Bpf;

// The members of union bpf_attr (include/uapi/linux/bpf.h) that this library fills, field for field. An older kernel accepts a longer
// union than it knows as long as the unknown tail is zero (bpf_check_uarg_tail_zero), so one layout serves all versions.

/// <summary>BPF_MAP_CREATE.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapCreateAttribute
{
    public uint Type;
    public uint KeySize;
    public uint ValueSize;
    public uint MaxEntries;
    public uint Flags;
    public uint InnerMap;
    public uint NumaNode;
    public BpfObjectName Name;
    public uint NetworkInterface;
}

/// <summary>BPF_MAP_LOOKUP_ELEM, UPDATE, DELETE and GET_NEXT_KEY.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapElementAttribute
{
    public uint Map;
    public uint Padding;
    public ulong Key;
    public ulong Value;
    public ulong Flags;
}

/// <summary>BPF_MAP_LOOKUP_BATCH.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapBatchAttribute
{
    public ulong InBatch;
    public ulong OutBatch;
    public ulong Keys;
    public ulong Values;
    public uint Count;
    public uint Map;
    public ulong ElementFlags;
    public ulong Flags;
}

/// <summary>BPF_PROG_LOAD, as far as attach_btf_id.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProgramLoadAttribute
{
    public uint Type;
    public uint InstructionCount;
    public ulong Instructions;
    public ulong License;
    public uint LogLevel;
    public uint LogSize;
    public ulong LogBuffer;
    public uint KernelVersion;
    public uint Flags;
    public BpfObjectName Name;
    public uint NetworkInterface;
    public uint ExpectedAttachType;
}

/// <summary>BPF_PROG_TEST_RUN.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TestRunAttribute
{
    public uint Program;
    public uint ReturnValue;
    public uint DataSizeIn;
    public uint DataSizeOut;
    public ulong DataIn;
    public ulong DataOut;
    public uint Repeat;
    public uint Duration;
    public uint ContextSizeIn;
    public uint ContextSizeOut;
    public ulong ContextIn;
    public ulong ContextOut;
    public uint Flags;
    public uint Cpu;
    public uint BatchSize;
    public uint Padding;
}

/// <summary>BPF_LINK_CREATE with its uprobe_multi member (kernel 6.6).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UprobeMultiLinkAttribute
{
    public uint Program;
    public uint Target;
    public uint AttachType;
    public uint Flags;
    public ulong Path;
    public ulong Offsets;
    public ulong ReferenceCounterOffsets;
    public ulong Cookies;
    public uint Count;
    public uint UprobeFlags;
    public uint Pid;
    public uint PathDescriptor;
}

/// <summary>BPF_LINK_CREATE with its perf_event member (kernel 5.15).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PerfLinkAttribute
{
    public uint Program;
    public uint Target;
    public uint AttachType;
    public uint Flags;
    public ulong Cookie;
}

/// <summary>BPF_RAW_TRACEPOINT_OPEN.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RawTracepointAttribute
{
    public ulong Name;
    public uint Program;
    public uint Padding;
    public ulong Cookie;
}

/// <summary>struct perf_event_attr (include/uapi/linux/perf_event.h), PERF_ATTR_SIZE_VER5, with what a uprobe needs.</summary>
[StructLayout(LayoutKind.Explicit, Size = ByteSize)]
internal struct PerfEventAttribute
{
    public const int ByteSize = 112;

    [FieldOffset(0)]
    public uint Type;

    [FieldOffset(4)]
    public uint Size;

    /// <summary>Bit 0: return probe; bits 32-63: file offset of the semaphore (ref_ctr_offset).</summary>
    [FieldOffset(8)]
    public ulong Config;

    /// <summary>Address of the path (config1 = uprobe_path).</summary>
    [FieldOffset(56)]
    public ulong Path;

    /// <summary>File offset of the probe (config2 = probe_offset).</summary>
    [FieldOffset(64)]
    public ulong Offset;
}
