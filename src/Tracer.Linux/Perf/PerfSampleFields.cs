namespace Tracer.Linux;

/// <summary>PERF_SAMPLE_ bits: what a sample record holds, in the order of perf_event_open(2).</summary>
[Flags]
public enum PerfSampleFields : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>PERF_SAMPLE_IP.</summary>
    InstructionPointer = 1UL << 0,

    /// <summary>PERF_SAMPLE_TID: pid and tid.</summary>
    ThreadId = 1UL << 1,

    /// <summary>PERF_SAMPLE_TIME: nanoseconds.</summary>
    Time = 1UL << 2,

    /// <summary>PERF_SAMPLE_ADDR.</summary>
    Address = 1UL << 3,

    /// <summary>PERF_SAMPLE_CALLCHAIN.</summary>
    CallChain = 1UL << 5,

    /// <summary>PERF_SAMPLE_ID.</summary>
    Id = 1UL << 6,

    /// <summary>PERF_SAMPLE_CPU.</summary>
    Cpu = 1UL << 7,

    /// <summary>PERF_SAMPLE_PERIOD.</summary>
    Period = 1UL << 8,

    /// <summary>PERF_SAMPLE_STREAM_ID.</summary>
    StreamId = 1UL << 9,

    /// <summary>PERF_SAMPLE_RAW.</summary>
    Raw = 1UL << 10,

    /// <summary>PERF_SAMPLE_REGS_USER.</summary>
    RegistersUser = 1UL << 12,

    /// <summary>PERF_SAMPLE_STACK_USER.</summary>
    StackUser = 1UL << 13,

    /// <summary>PERF_SAMPLE_IDENTIFIER: the id first, whatever the record.</summary>
    Identifier = 1UL << 16,
}
