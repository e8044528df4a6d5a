using Tracer.Linux;

namespace Tracer.Cli.Tracing;

/// <summary>
/// Standard output that tells when its reader has gone: the console's own stream takes EPIPE for success, and a trace piped into <c>head</c> would
/// never end. Writes go to the descriptor as it is, so that a file shared with standard error keeps its order.
/// </summary>
internal sealed class StandardOutput(ISystemCallGate gate) : Stream
{
    // Never closed: it is the process's own.
    private static readonly OwnedDescriptor Descriptor = new(LinuxSystemCalls.Instance, 1, "standard output");

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var result = gate.Write(Descriptor, buffer);
            if (result.IsSuccess)
                buffer = buffer[result.Count..];
            else if (result.Error == Errno.EAGAIN)
                gate.Poll(Descriptor, PollEvents.Writable, -1);
            else
                throw new IOException($"Writing to standard output failed: {result.Error.Describe()}.");
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
