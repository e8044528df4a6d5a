namespace Tracer.Uprobes.Compilation;

/// <summary>
/// The stack of a program under compilation: eight-byte slots below R10, given out downwards and given back in reverse order.
/// </summary>
internal sealed class StackFrame
{
    // MAX_BPF_STACK is 512 (include/linux/filter.h); may_goto takes up to 16 bytes of it for its budget and start time (kernel/bpf/verifier.c).
    private const int Size = 512 - 16;

    private int _used;

    /// <summary>The most bytes that were in use at once.</summary>
    public int Deepest { get; private set; }

    /// <summary>Bytes in use: a mark for <see cref="ReleaseTo"/>.</summary>
    public int Mark => _used;

    /// <summary>Reserves bytes, rounded up to eight; returns the offset from R10 of the lowest.</summary>
    /// <exception cref="CompilationException">The stack is full.</exception>
    public short Reserve(int bytes)
    {
        _used += (bytes + 7) & ~7;
        Deepest = Math.Max(Deepest, _used);
        if (_used > Size)
            throw new CompilationException($"its values need more than the {Size} bytes of stack that a kernel program has");
        return (short)-_used;
    }

    /// <summary>Gives back everything reserved since <paramref name="mark"/> was taken.</summary>
    public void ReleaseTo(int mark) => _used = mark;
}
