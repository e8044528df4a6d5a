using Tracer.Core.Targets;

namespace Tracer.Core.Stacks;

/// <summary>A copy of a part of a stack as it was at an event, over the target's live memory, which may be gone or have changed. Reads allocate nothing.</summary>
/// <param name="fallback">Where the copy does not reach; null reads nothing there.</param>
public sealed class StackSlice(ITargetMemory? fallback = null) : ITargetMemory
{
    private ulong _start;
    private ReadOnlyMemory<byte> _bytes;

    /// <summary>Takes another copy; the object is meant to be used again for each event.</summary>
    /// <param name="start">The address of the first byte: the stack pointer.</param>
    /// <param name="bytes">The bytes; they must stay valid while the slice is used.</param>
    public void Set(ulong start, ReadOnlyMemory<byte> bytes) => (_start, _bytes) = (start, bytes);

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination)
    {
        var offset = unchecked(address - _start);
        if (offset >= (ulong)_bytes.Length)
            return fallback?.Read(address, destination) ?? 0;
        var part = _bytes.Span[(int)offset..];
        if (part.Length >= destination.Length)
        {
            part[..destination.Length].CopyTo(destination);
            return destination.Length;
        }

        part.CopyTo(destination);
        return part.Length + (fallback?.Read(address + (ulong)part.Length, destination[part.Length..]) ?? 0);
    }
}
