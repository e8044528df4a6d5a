using System.Buffers.Binary;
using Tracer.Core.Targets;

namespace Tracer.Runtimes.Python.Objects;

/// <summary>
/// Typed reads of a target. The first address that cannot be read is remembered and everything read after it is zero, until <see cref="TakeFault"/>: a reader
/// of an object looks once, at its end.
/// </summary>
/// <param name="memory">The target's memory.</param>
public sealed class PythonMemory(ITargetMemory memory)
{
    private ulong? _fault;
    private byte[] _text = [];

    /// <summary>Whether something could not be read since the last <see cref="TakeFault"/>.</summary>
    public bool HasFault => _fault is not null;

    /// <summary>The first address that could not be read, once; null when all could.</summary>
    public ulong? TakeFault()
    {
        var fault = _fault;
        _fault = null;
        return fault;
    }

    /// <summary>Reads all of the span; false, and all zero, when that is not possible.</summary>
    public bool Bytes(ulong address, Span<byte> destination)
    {
        if (_fault is null)
        {
            var count = memory.Read(address, destination);
            if (count == destination.Length)
                return true;
            _fault = unchecked(address + (ulong)count);
        }

        destination.Clear();
        return false;
    }

    /// <summary>Reads up to a zero byte, at most so many bytes; what there is before a page that cannot be read, when that is something. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Terminated(ulong address, int most)
    {
        const int Step = 64;
        if (_text.Length < most)
            _text = new byte[most];
        var bytes = _text.AsSpan(0, most);
        var count = 0;
        while (count < most && _fault is null)
        {
            var part = bytes.Slice(count, Math.Min(Step, most - count));
            var read = memory.Read(unchecked(address + (ulong)count), part);
            if (part[..read].IndexOf((byte)0) is >= 0 and var end)
                return bytes[..(count + end)];
            count += read;
            if (read < part.Length)
                break;
        }

        if (count == 0)
            _fault ??= address;
        return bytes[..count];
    }

    /// <summary>Eight bytes.</summary>
    public ulong Pointer(ulong address)
    {
        Span<byte> bytes = stackalloc byte[8];
        Bytes(address, bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Eight bytes, signed.</summary>
    public long Int64(ulong address) => (long)Pointer(address);

    /// <summary>Four bytes.</summary>
    public uint UInt32(ulong address)
    {
        Span<byte> bytes = stackalloc byte[4];
        Bytes(address, bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>Four bytes, signed.</summary>
    public int Int32(ulong address) => (int)UInt32(address);

    /// <summary>One byte.</summary>
    public byte Byte(ulong address)
    {
        Span<byte> bytes = stackalloc byte[1];
        Bytes(address, bytes);
        return bytes[0];
    }
}
