using System.Buffers;

namespace Tracer.Output;

/// <summary>
/// A growing buffer in front of a stream, written by one thread at a time. When the stream fails, the error is kept, later output is
/// discarded and nothing throws: the thread that writes events must not die of a full disk.
/// </summary>
/// <param name="stream">Where to; not disposed.</param>
public sealed class OutputBuffer(Stream stream) : IBufferWriter<byte>
{
    private const int FlushThreshold = 64 * 1024;

    private readonly TaskCompletionSource<IOException> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _bytes = new byte[FlushThreshold + 16 * 1024];
    private int _count;

    /// <summary>Ends with the first error of the stream.</summary>
    public Task<IOException> Failed => _failed.Task;

    /// <summary>What is buffered; valid until the next append.</summary>
    internal ReadOnlySpan<byte> Unwritten => _bytes.AsSpan(0, _count);

    /// <inheritdoc/>
    public void Advance(int count) => _count += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_count);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_count);
    }

    /// <summary>Appends one byte.</summary>
    public void Append(byte value)
    {
        Reserve(1);
        _bytes[_count++] = value;
    }

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }

    /// <summary>Marks the end of a line; a full buffer is written out.</summary>
    public void EndLine()
    {
        Append((byte)'\n');
        if (_count >= FlushThreshold)
            Flush();
    }

    /// <summary>Writes out what is buffered.</summary>
    public void Flush()
    {
        if (_count == 0)
            return;
        var count = _count;
        _count = 0;
        if (_failed.Task.IsCompleted)
            return;
        try
        {
            stream.Write(_bytes, 0, count);
            stream.Flush();
        }
        catch (IOException error)
        {
            _failed.TrySetResult(error);
        }
    }

    private void Reserve(int size)
    {
        if (_bytes.Length - _count < Math.Max(size, 1))
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + size));
    }
}
