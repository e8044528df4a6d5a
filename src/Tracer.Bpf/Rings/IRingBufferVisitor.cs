namespace Tracer.Bpf;

/// <summary>Receives the records of a <see cref="RingBuffer"/>; a struct (or ref struct) is called without indirection.</summary>
public interface IRingBufferVisitor
{
    /// <summary>Takes one record. The span lies in the ring itself and is valid only during the call.</summary>
    void Visit(ReadOnlySpan<byte> record);
}
