using Tracer.Core.Expressions;
using Tracer.Core.Probes;

namespace Tracer.Core.Runtimes;

/// <summary>The interpreted frames that a thread is in at a site, the newest first: for loops that walk them at the hit, and as a picture that tells their names.</summary>
/// <param name="Newest">The newest frame's address, uint64; 0 when the thread runs nothing of the runtime.</param>
/// <param name="Caller">From a frame to the one below it; 0 below the last. Frames of the runtime's own may be among them.</param>
/// <param name="Code">From a frame to the address of the code object that it runs.</param>
/// <param name="Instruction">From a frame to a number of the instruction that it is at, by which its line is told; unique within its code object.</param>
/// <param name="Picture">The name of the picture of them (<see cref="Pictures.PicturedStack"/>).</param>
public sealed record RunningStack(
    Expression Newest, Func<Expression, Expression> Caller, Func<Expression, Expression> Code, Func<Expression, Expression> Instruction, RunningName Picture)
{
    /// <summary>The most frames that are walked.</summary>
    public const int MaximumFrames = 64;

    /// <summary>How long code objects live, whose addresses may become others' then; null when that is not known.</summary>
    public required Lazy<ObjectLife?> CodeLife { get; init; }
}
