using Tracer.Core.Expressions;

namespace Tracer.Core.Runtimes;

/// <summary>The interpreted frames that a thread is in at a site, the newest first: for loops that walk them at the hit, and as a picture that tells their names.</summary>
/// <param name="Newest">The newest frame's address, uint64; 0 when the thread runs nothing of the runtime.</param>
/// <param name="Caller">From a frame to the one below it; 0 below the last. Frames of the runtime's own may be among them.</param>
/// <param name="Code">From a frame to the address of the code object that it runs.</param>
/// <param name="Instruction">From a frame to a number of the instruction that it is at, by which its line is told; unique within its code object.</param>
/// <param name="Frames">
/// The picture: for each frame of the program the items <see cref="Function"/>, <see cref="File"/>, <see cref="Line"/> and <see cref="FirstLine"/>; then <see cref="Cut"/>
/// where there are more frames than it shows.
/// </param>
public sealed record RunningStack(
    Expression Newest, Func<Expression, Expression> Caller, Func<Expression, Expression> Code, Func<Expression, Expression> Instruction, Expression Frames)
{
    /// <summary>The most frames that are walked and shown.</summary>
    public const int MaximumFrames = 64;

    /// <summary>The item that is a function's name, its qualified one where there is one; a frame begins with it.</summary>
    public const string Function = "function";

    /// <summary>The item that is the function's file.</summary>
    public const string File = "file";

    /// <summary>The item that is the line now executing, <c>?</c> where it has none.</summary>
    public const string Line = "line";

    /// <summary>The item that is the line where the function begins: it tells functions of one name apart.</summary>
    public const string FirstLine = "first";

    /// <summary>The item that says that there are more frames.</summary>
    public const string Cut = "cut";

    /// <summary>
    /// The link-time address of the function that is called with a code object, as its first argument, when that is freed, so that its address may become another's; null
    /// when it is not known.
    /// </summary>
    public required Lazy<ulong?> CodeFreed { get; init; }
}
