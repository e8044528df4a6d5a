namespace Tracer.Bpf;

/// <summary>What a <see cref="UprobeMultiLink"/> is to attach to.</summary>
/// <param name="Path">The binary; <c>/proc/PID/root/...</c> reaches into a container.</param>
/// <param name="Offsets">
/// File offsets (not virtual addresses) of first bytes of instructions. The kernel accepts an offset within an instruction and corrupts
/// it: check.
/// </param>
public sealed record UprobeMultiOptions(string Path, ReadOnlyMemory<ulong> Offsets)
{
    /// <summary>One value per offset that the program reads by <see cref="BpfHelper.GetAttachCookie"/>; or empty.</summary>
    public ReadOnlyMemory<ulong> Cookies { get; init; }

    /// <summary>
    /// One file offset of a 16-bit USDT semaphore per offset, 0 for none; or empty. Raised in every traced process while attached.
    /// </summary>
    public ReadOnlyMemory<ulong> ReferenceCounterOffsets { get; init; }

    /// <summary>
    /// Only this process (all its threads), in this process's pid namespace; 0 for every process. Kernels before 6.10 (6.6.35 and 6.9.5
    /// of the stable ones: without commit 46ba0e49b642) compared the thread instead and lose events of threads other than the first.
    /// </summary>
    public int ProcessId { get; init; }

    /// <summary>Run at the function's return instead of at the offset.</summary>
    public bool IsReturn { get; init; }
}
