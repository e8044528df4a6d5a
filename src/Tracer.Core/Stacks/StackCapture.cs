using System.Buffers.Binary;
using Tracer.Core.Evaluation;
using Tracer.Core.Targets;
using Tracer.Elf;

namespace Tracer.Core.Stacks;

/// <summary>
/// How a stack lies in a record: the sixteen general registers in the order of <see cref="X64Register"/> and rip, eight bytes each, then the memory from rsp on.
/// </summary>
public static class StackCapture
{
    /// <summary>General registers in a capture.</summary>
    public const int RegisterCount = 16;

    /// <summary>Bytes before the memory.</summary>
    public const int HeaderSize = (RegisterCount + 1) * sizeof(ulong);

    /// <summary>Captures the stack of a thread that stands still; returns the bytes written.</summary>
    public static int Write(in RegisterSet registers, ITargetMemory memory, int most, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(memory);
        WriteRegisters(in registers, destination);
        return HeaderSize + memory.Read(registers[X64Register.Rsp], destination.Slice(HeaderSize, most));
    }

    /// <summary>Makes a capture of a copy of the stack; returns the bytes written.</summary>
    public static int Write(in RegisterSet registers, ReadOnlySpan<byte> stack, int most, Span<byte> destination)
    {
        WriteRegisters(in registers, destination);
        var copied = stack[..Math.Min(stack.Length, most)];
        copied.CopyTo(destination[HeaderSize..]);
        return HeaderSize + copied.Length;
    }

    private static void WriteRegisters(in RegisterSet registers, Span<byte> destination)
    {
        for (var k = 0; k < RegisterCount; k++)
            BinaryPrimitives.WriteUInt64LittleEndian(destination[(k * sizeof(ulong))..], registers[(X64Register)k]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[(RegisterCount * sizeof(ulong))..], registers[X64Register.Rip]);
    }

    /// <summary>The registers of a capture; false when it is too short to have any.</summary>
    public static bool TryReadRegisters(ReadOnlySpan<byte> capture, out RegisterSet registers)
    {
        registers = default;
        if (capture.Length < HeaderSize)
            return false;
        for (var k = 0; k < RegisterCount; k++)
            registers[(X64Register)k] = BinaryPrimitives.ReadUInt64LittleEndian(capture[(k * sizeof(ulong))..]);
        registers[X64Register.Rip] = BinaryPrimitives.ReadUInt64LittleEndian(capture[(RegisterCount * sizeof(ulong))..]);
        return true;
    }
}
