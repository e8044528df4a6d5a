namespace Tracer.Bpf;

/// <summary>Takes one record of a <see cref="RingBuffer"/>. The span lies in the ring itself and is valid only during the call.</summary>
public delegate void RingBufferCallback(ReadOnlySpan<byte> record);
