namespace Tracer.Bpf;

/// <summary>
/// What a program says about waking the reader when it commits a ring buffer record. Waking on every record costs 3-5 times the record
/// itself: a program should pass <see cref="NoWakeup"/> and, once bpf_ringbuf_query says enough bytes wait, <see cref="ForceWakeup"/>.
/// </summary>
[Flags]
public enum RingBufferFlags
{
    /// <summary>Wake the reader if it had caught up.</summary>
    Adaptive = 0,

    /// <summary>BPF_RB_NO_WAKEUP: do not wake the reader.</summary>
    NoWakeup = 1,

    /// <summary>BPF_RB_FORCE_WAKEUP: wake the reader.</summary>
    ForceWakeup = 2,
}
