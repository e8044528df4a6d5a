namespace Tracer.Core.Targets;

/// <summary>
/// Memory that may be read so often and so much, and then as if nothing of it could be read: readers of structures that the target made, which may lead anywhere and
/// back, come to an end by what they do about memory that is not there. Not thread-safe.
/// </summary>
/// <param name="memory">The memory.</param>
/// <param name="reads">How many reads.</param>
/// <param name="bytes">How many bytes in all.</param>
public sealed class BoundedMemory(ITargetMemory memory, long reads, long bytes) : ITargetMemory
{
    private long _reads = reads;
    private long _bytes = bytes;

    /// <inheritdoc/>
    public bool IsLate => memory.IsLate;

    /// <summary>Whether something was not read because it would have been too much.</summary>
    public bool IsExhausted { get; private set; }

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination)
    {
        if (_reads <= 0 || _bytes < destination.Length)
        {
            IsExhausted = true;
            return 0;
        }

        _reads--;
        _bytes -= destination.Length;
        return memory.Read(address, destination);
    }
}
