using Tracer.Core.Targets;
using Tracer.Elf;

namespace Tracer.Core.Stacks;

/// <summary>
/// Walks captured stacks (<see cref="StackCapture"/>) of one target. What is not in the capture is read from the target only where it is code or data of a
/// file, which does not change: never from a stack that has moved on. Not thread-safe.
/// </summary>
/// <param name="modules">Where the target's code is.</param>
/// <param name="memory">The target's memory.</param>
/// <param name="depth">Frames at most.</param>
public sealed class StackWalker(ModuleMap modules, ITargetMemory memory, int depth = StackUnwinder.DefaultDepth)
{
    private readonly StackUnwinder _unwinder = new(modules);
    private readonly StackSlice _slice = new(new FileBacked(modules, memory));
    private readonly NativeFrame[] _frames = new NativeFrame[depth];
    private readonly ulong[] _stackPointers = new ulong[depth];
    private byte[] _copy = [];

    /// <summary>The stack pointers of all frames of the last walk: a frame's memory reaches from its own to its caller's.</summary>
    public ReadOnlySpan<ulong> StackPointers => _stackPointers;

    /// <summary>
    /// The frames of a capture, innermost first; valid until the next call. Empty when there is no capture.
    /// </summary>
    /// <param name="capture">The capture.</param>
    /// <param name="end">Why there are no more frames.</param>
    public ReadOnlySpan<NativeFrame> Walk(ReadOnlySpan<byte> capture, out StackEnd end)
    {
        end = StackEnd.MemoryUnreadable;
        if (!StackCapture.TryReadRegisters(capture, out var registers))
            return [];
        var stack = capture[StackCapture.HeaderSize..];
        if (_copy.Length < stack.Length)
            _copy = new byte[stack.Length];
        stack.CopyTo(_copy);
        _slice.Set(registers[X64Register.Rsp], _copy.AsMemory(0, stack.Length));
        end = _unwinder.Unwind(in registers, _slice, _frames, out var count, _stackPointers);
        return _frames.AsSpan(0, count);
    }

    private sealed class FileBacked(ModuleMap modules, ITargetMemory memory) : ITargetMemory
    {
        public int Read(ulong address, Span<byte> destination) => modules.Find(address) is null ? 0 : memory.Read(address, destination);
    }
}
