namespace Tracer.Uprobes.Perf;

/// <summary>PERF_RECORD_ numbers (include/uapi/linux/perf_event.h) that are looked at.</summary>
internal enum PerfRecordKind : uint
{
    /// <summary>PERF_RECORD_COMM: a thread was renamed.</summary>
    Comm = 3,

    /// <summary>PERF_RECORD_EXIT: a thread has ended.</summary>
    Exit = 4,

    /// <summary>PERF_RECORD_FORK: a thread was born.</summary>
    Fork = 7,

    /// <summary>PERF_RECORD_SAMPLE: a hit.</summary>
    Sample = 9,
}
