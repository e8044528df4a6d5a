namespace Tracer.Bpf;

/// <summary>What a <see cref="PerfUprobe"/> is to attach to.</summary>
/// <param name="Path">The binary.</param>
/// <param name="Offset">File offset of the first byte of an instruction.</param>
public sealed record PerfUprobeOptions(string Path, ulong Offset)
{
    /// <summary>Value that the program reads by <see cref="BpfHelper.GetAttachCookie"/>; other than 0 needs kernel 5.15.</summary>
    public ulong Cookie { get; init; }

    /// <summary>File offset of the 16-bit USDT semaphore, below 4 GiB; 0 for none. Needs kernel 4.20.</summary>
    public uint ReferenceCounterOffset { get; init; }

    /// <summary>
    /// Only this process; 0 for every process. A BPF program sees all threads of the process, whatever the event's thread.
    /// </summary>
    public int ProcessId { get; init; }

    /// <summary>Run at the function's return instead of at the offset.</summary>
    public bool IsReturn { get; init; }
}
