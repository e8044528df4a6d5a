namespace Tracer.Core.Stacks;

/// <summary>How the frames of a stack are found by frame pointers alone.</summary>
/// <param name="Start">From the registers at the hit to the first caller.</param>
/// <param name="Code">Which code keeps frame pointers.</param>
public sealed record FrameChain(FrameStart Start, FramePointerCode Code)
{
    /// <summary>The most frames, as many as an unwound stack has.</summary>
    public const int MostFrames = StackUnwinder.DefaultDepth;
}
