using Tracer.Core.Expressions;

namespace Tracer.Core.Probes;

/// <summary>
/// Remembers values for this thread under a key, usually the stack pointer at a function's entry. An entry left over under the same
/// key belongs to a frame that was left without passing an exit (longjmp); it is replaced.
/// </summary>
/// <param name="Store">Where.</param>
/// <param name="Key">The key, uint64.</param>
/// <param name="Values">The values, uint64 each; as many as the store holds per frame.</param>
public sealed record FrameSave(FrameStore Store, Expression Key, ExpressionList Values);
