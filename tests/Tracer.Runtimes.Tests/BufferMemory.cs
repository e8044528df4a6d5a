using System.Buffers.Binary;
using Tracer.Core.Targets;

namespace Tracer.Runtimes.Tests;

/// <summary>A target memory to lay objects out in.</summary>
internal sealed class BufferMemory(ulong start, int size) : ITargetMemory
{
    private readonly byte[] _bytes = new byte[size];

    public int Read(ulong address, Span<byte> destination)
    {
        var offset = address - start;
        if (offset >= (ulong)_bytes.Length)
            return 0;
        var count = Math.Min(destination.Length, _bytes.Length - (int)offset);
        _bytes.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }

    public void Write64(ulong address, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan((int)(address - start)), value);

    public void Write32(ulong address, int value) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan((int)(address - start)), value);

    public void Write(ulong address, ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes.AsSpan((int)(address - start)));
}
