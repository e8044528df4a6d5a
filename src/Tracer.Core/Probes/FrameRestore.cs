using Tracer.Core.Expressions;

namespace Tracer.Core.Probes;

/// <summary>
/// Takes the values that <see cref="FrameSave"/> remembered for this thread under the same key and removes them. When there are none the hit is not
/// an event: the frame was entered before tracing began, or the instruction is not this frame's exit.
/// </summary>
/// <param name="Store">Where from.</param>
/// <param name="Key">The key, uint64.</param>
public sealed record FrameRestore(FrameStore Store, Expression Key);
