using Tracer.Core.Stacks.Symbols;

namespace Tracer.Core.Stacks.Threads;

/// <summary>A frame of a thread's stack: of native or of interpreted code.</summary>
/// <param name="Native">The native frame; null when it is the other.</param>
/// <param name="Interpreted">The frame of interpreted code; null when it is the other.</param>
public sealed record ThreadFrame(StackFrameInfo? Native, InterpreterFrameInfo? Interpreted)
{
    /// <inheritdoc/>
    public override string ToString() => Interpreted?.ToString() ?? $"{Native}";
}
