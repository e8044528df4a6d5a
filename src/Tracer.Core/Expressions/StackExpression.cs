using Tracer.Core.Stacks;

namespace Tracer.Core.Expressions;

/// <summary>
/// The native stack of the thread. A backend copies the registers and the memory from the stack pointer on (see <c>StackCapture</c>); it is walked where events
/// are read, by call frame information, so that code without frame pointers is no obstacle.
/// </summary>
public sealed record StackExpression : Expression
{
    /// <summary>What is copied when nothing else is asked for.</summary>
    public const int DefaultBytes = 16 * 1024;

    /// <summary>The most that can be copied.</summary>
    public const int MaximumBytes = 64 * 1024;

    /// <summary>The unit in which memory is copied: where the stack ends before the limit, at most that much of its end is missed.</summary>
    public const int Chunk = 1024;

    /// <summary>Makes the expression.</summary>
    /// <param name="bytes">How much of the stack is copied, a multiple of <see cref="Chunk"/> up to <see cref="MaximumBytes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public StackExpression(int bytes = DefaultBytes)
        : base(StackType.Instance)
    {
        if (bytes is < Chunk or > MaximumBytes || bytes % Chunk != 0)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"A stack is copied in units of {Chunk} bytes, at most {MaximumBytes}.");
        Bytes = bytes;
    }

    /// <summary>How much of the stack is copied.</summary>
    public int Bytes { get; }

    /// <summary>
    /// For a stack that is a key: how a backend may find its frames at the hit, by frame pointers, instead of copying it; null when it must be copied and unwound.
    /// Backends that read the stack at the hit themselves unwind it all the same.
    /// </summary>
    public FrameChain? Chain { get; init; }
}
