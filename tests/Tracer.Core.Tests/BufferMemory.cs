using Tracer.Core.Targets;

namespace Tracer.Core.Tests;

/// <summary>A target memory of one readable range.</summary>
internal sealed class BufferMemory(ulong start, byte[] bytes) : ITargetMemory
{
    public int Read(ulong address, Span<byte> destination)
    {
        var offset = address - start;
        if (offset >= (ulong)bytes.Length)
            return 0;
        var count = Math.Min(destination.Length, bytes.Length - (int)offset);
        bytes.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }
}
