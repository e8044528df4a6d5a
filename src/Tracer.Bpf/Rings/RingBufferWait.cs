namespace Tracer.Bpf;

/// <summary>Why <see cref="RingBuffer.Wait"/> returned.</summary>
public enum RingBufferWait
{
    /// <summary>The time is over (or a signal came): draining is worth while under <see cref="RingBufferFlags.NoWakeup"/>.</summary>
    Timeout,

    /// <summary>A program woke the reader, or records are waiting.</summary>
    Records,

    /// <summary><see cref="RingBuffer.Wake"/> was called.</summary>
    Woken,
}
