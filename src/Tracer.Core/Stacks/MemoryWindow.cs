using System.Buffers.Binary;
using Tracer.Core.Targets;

namespace Tracer.Core.Stacks;

/// <summary>Reads words of a stack with a few large reads: frames are near each other, and each read of a live process is a system call.</summary>
internal sealed class MemoryWindow
{
    private readonly byte[] _bytes = new byte[1024];
    private ITargetMemory? _memory;
    private ulong _start;
    private int _length;

    /// <summary>Forgets what was read and reads from another memory.</summary>
    public void Reset(ITargetMemory? memory) => (_memory, _length) = (memory, 0);

    /// <summary>Reads 1, 2, 4 or 8 bytes, little-endian; false when not all can be read.</summary>
    public bool TryRead(ulong address, int size, out ulong value)
    {
        value = 0;
        // From a little before, in the same page: registers are saved side by side. A copied stack may start later.
        if (!Has(address, size) && !Fill(address & ~63UL, address, size) && !Fill(address, address, size))
            return false;

        var source = _bytes.AsSpan((int)(address - _start));
        value = size switch
        {
            1 => source[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(source),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(source),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(source),
        };
        return true;
    }

    private bool Fill(ulong start, ulong address, int size)
    {
        _start = start;
        _length = Math.Clamp(_memory?.Read(start, _bytes) ?? 0, 0, _bytes.Length);
        return Has(address, size);
    }

    private bool Has(ulong address, int size)
    {
        var offset = unchecked(address - _start);
        return _length >= size && offset <= (ulong)(_length - size);
    }
}
